package io.connscale.kernel.formula;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongToDoubleFunction;

/**
 * From a formula's text to its value, by descent:
 *
 * <pre>
 * sum     = product { ("+" | "-") product }
 * product = power { ("*" | "/") power | power, where it begins with a letter or "(" }
 * power   = atom [ "^" power ]
 * atom    = number | "n" | ("log2" | "sqrt") "(" sum ")" | "(" sum ")"
 * </pre>
 */
final class FormulaParser {
    /** No formula is that long; it bounds how deep the descent goes, too. */
    static final int MAX_LENGTH = 200;

    private static final char END = 0;

    private final String text;
    private int at;

    FormulaParser(String text) {
        this.text = text;
    }

    LongToDoubleFunction parse() {
        if (text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("a formula of more than " + MAX_LENGTH + " characters");
        }
        DoubleUnaryOperator sum = sum();
        if (peek() != END || at < text.length()) {
            throw peek() == ')'
                    ? wrong("\")\" closes nothing")
                    : wrong("an operator is missing: + - * / or ^, as in 3*n");
        }
        return sum::applyAsDouble;
    }

    private DoubleUnaryOperator sum() {
        DoubleUnaryOperator left = product();
        while (true) {
            if (skip('+')) {
                left = both(left, product(), (a, b) -> a + b);
            } else if (skip('-')) {
                left = both(left, product(), (a, b) -> a - b);
            } else {
                return left;
            }
        }
    }

    private DoubleUnaryOperator product() {
        DoubleUnaryOperator left = power();
        while (true) {
            if (skip('*') || peek() == '(' || letter(peek())) {
                left = both(left, power(), (a, b) -> a * b);
            } else if (skip('/')) {
                left = both(left, power(), (a, b) -> a / b);
            } else {
                return left;
            }
        }
    }

    private DoubleUnaryOperator power() {
        DoubleUnaryOperator base = atom();
        return skip('^') ? both(base, power(), Math::pow) : base;
    }

    private static DoubleUnaryOperator both(DoubleUnaryOperator a, DoubleUnaryOperator b, DoubleBinaryOperator of) {
        return n -> of.applyAsDouble(a.applyAsDouble(n), b.applyAsDouble(n));
    }

    private DoubleUnaryOperator atom() {
        char next = peek();
        if (digit(next)) {
            double number = number();
            return n -> number;
        }
        if (letter(next)) {
            return word();
        }
        if (next == '(') {
            return inParentheses();
        }
        throw wrong("a number, n or \"(\" is missing");
    }

    private double number() {
        int start = at;
        while (digit(here())) {
            at++;
        }
        if (here() == '.') {
            at++;
            if (!digit(here())) {
                throw wrong("a digit is missing after the point");
            }
            while (digit(here())) {
                at++;
            }
        }
        return Double.parseDouble(text.substring(start, at));
    }

    private DoubleUnaryOperator word() {
        int start = at;
        while (letter(here()) || (at > start + 1 && digit(here()))) {
            at++; // a digit only in log2: n3 is n and a 3 without an operator
        }
        String word = text.substring(start, at);
        return switch (word) {
            case "n" -> n -> n;
            case "log2" -> inParentheses().andThen(FormulaParser::log2);
            case "sqrt" -> inParentheses().andThen(Math::sqrt);
            default -> {
                at = start;
                throw wrong("\"" + word + "\" is not n, log2 or sqrt");
            }
        };
    }

    private DoubleUnaryOperator inParentheses() {
        if (!skip('(')) {
            throw wrong("\"(\" is missing");
        }
        int open = at;
        DoubleUnaryOperator sum = sum();
        if (!skip(')')) {
            throw peek() == END ? wrong("\")\" is missing for the \"(\" at column " + open) : wrong("\")\" is missing");
        }
        return sum;
    }

    /** Exact for powers of two, which a quotient of natural logarithms is not. */
    private static double log2(double x) {
        if (!(x > 0) || Double.isInfinite(x)) {
            return Math.log(x);
        }
        int exponent = Math.getExponent(x);
        return exponent + Math.log(x / Math.scalb(1.0, exponent)) / Math.log(2);
    }

    /** The next character that is no blank. */
    private char peek() {
        while (here() == ' ') {
            at++;
        }
        return here();
    }

    private char here() {
        return at < text.length() ? text.charAt(at) : END;
    }

    private boolean skip(char wanted) {
        boolean there = peek() == wanted;
        at += there ? 1 : 0;
        return there;
    }

    private static boolean digit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean letter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private IllegalArgumentException wrong(String why) {
        return new IllegalArgumentException("column " + (at + 1) + " of the formula: " + why);
    }
}
