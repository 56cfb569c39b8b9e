package io.connscale.limits;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongToDoubleFunction;

/**
 * A formula that grows: how many connections a node needs in an overlay of n nodes.
 *
 * @param text as it was written
 */
public record Formula(String text, LongToDoubleFunction value) {
    /** Nodes: more than any overlay has. Larger answers are this one. */
    public static final long MAX = 1_000_000_000L;

    /** Whole numbers are exact in a double up to 2^53; roots and logarithms may be off in the last bits. */
    private static final double ROUNDING = 1e-12;

    private static final long EACH = 1_000;
    private static final double STEP = 1.05;

    /** @throws IllegalArgumentException in one line: where it does not grow, and that it must */
    public Formula {
        double first = value.applyAsDouble(1);
        for (long n = 1; n < MAX; n = n < EACH ? n + 1 : (long) (n * STEP)) {
            double here = value.applyAsDouble(n);
            double next = value.applyAsDouble(n + 1);
            require(!Double.isNaN(here), n, "has no value");
            require(here >= 0, n, "is below zero");
            require(next >= here * (1 - ROUNDING), n, "falls");
        }
        if (!(value.applyAsDouble(MAX) > first)) {
            throw new IllegalArgumentException("the formula does not grow with n: write one like 3n+15");
        }
    }

    private static void require(boolean good, long n, String fault) {
        if (!good) {
            throw new IllegalArgumentException(
                    "the formula " + fault + " at n = " + n + ": it must grow from n = 1 on");
        }
    }

    /**
     * {@code 3n+15}: numbers, {@code n}, {@code + - * / ^}, parentheses, {@code log2(…)}, {@code sqrt(…)}; what stands side by
     * side is multiplied.
     *
     * @throws IllegalArgumentException in one line: what is wrong and at which column
     */
    public static Formula parse(String text) {
        return new Formula(text, new Parser(text).parse());
    }

    /** The connections that a node needs with {@code n} nodes, rounded up; {@code Long.MAX_VALUE} where they are more. */
    public long at(long n) {
        double exact = value.applyAsDouble(n);
        return (long) Math.ceil(exact * (1 - ROUNDING));
    }

    /** The most nodes, at most {@link #MAX}, that need no more than {@code limit} connections each; 0 where one is too many. */
    public long nodes(long limit) {
        return Largest.that(n -> at(n) <= limit, MAX);
    }

    /**
     * How large an overlay may get by one limit.
     *
     * @param host whose limit it is; empty where it was given
     * @param limit its name, {@code files} or {@code ports}
     * @param allows connections that a node may have
     * @param nodes the most nodes, {@link Formula#MAX} where they are more
     * @param connections that a node then needs
     */
    public record Overlay(String host, String limit, long allows, long nodes, long connections) {
        public static Overlay of(Formula formula, String host, String limit, long allows) {
            long nodes = formula.nodes(allows);
            return new Overlay(host, limit, allows, nodes, nodes == 0 ? 0 : formula.at(nodes));
        }
    }

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
    static final class Parser {
        /** No formula is that long; it bounds how deep the descent goes, too. */
        static final int MAX_LENGTH = 200;

        private static final char END = 0;

        private final String text;
        private int at;

        Parser(String text) {
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
                case "log2" -> inParentheses().andThen(Parser::log2);
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
                throw peek() == END
                        ? wrong("\")\" is missing for the \"(\" at column " + open)
                        : wrong("\")\" is missing");
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
}
