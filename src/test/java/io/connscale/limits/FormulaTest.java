package io.connscale.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormulaTest {
    @ParameterizedTest
    @CsvSource({"1024,336", "4096,1360", "28233,9406", "18,1", "17,0", "3000000014,999999999", "3000000015,1000000000"})
    void aRingOfScalarisEndsWhereItsAuthorSaid(long limit, long nodes) {
        assertThat(Formula.parse("3n+15").nodes(limit)).isEqualTo(nodes);
    }

    @ParameterizedTest
    @CsvSource({
        "n,7,7",
        "n - 1,7,6",
        "2 n,7,14",
        "2n*3,7,42",
        "3(n+1),7,24",
        "(n+1)(n+2),7,72",
        "2n^2+n,3,21",
        "n^2^3,2,256",
        "n^2/4,6,9",
        "1.5n,3,5",
        "n log2(n),8,24",
        "log2(n),8,3",
        "log2(n),536870912,29",
        "sqrt(n),81,9",
        "2 sqrt(n)log2(4n),16,48",
        "n/3,3000000,1000000"
    })
    void aLawIsReadAsItIsWritten(String text, long n, long connections) {
        assertThat(Formula.parse(text).at(n)).isEqualTo(connections);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|column 1 of the formula: a number, n or \"(\" is missing",
                "3n+|column 4 of the formula: a number, n or \"(\" is missing",
                "3n+*2|column 4 of the formula: a number, n or \"(\" is missing",
                "-n|column 1 of the formula: a number, n or \"(\" is missing",
                "3x+15|column 2 of the formula: \"x\" is not n, log2 or sqrt",
                "3N|column 2 of the formula: \"N\" is not n, log2 or sqrt",
                "nn|column 1 of the formula: \"nn\" is not n, log2 or sqrt",
                "n3|column 2 of the formula: an operator is missing",
                "3 4n|column 3 of the formula: an operator is missing",
                "3.n|column 3 of the formula: a digit is missing after the point",
                "3n+(2|column 6 of the formula: \")\" is missing for the \"(\" at column 4",
                "3n)+2|column 3 of the formula: \")\" closes nothing",
                "log2 n|column 6 of the formula: \"(\" is missing",
                "ln(n)|column 1 of the formula: \"ln\" is not n, log2 or sqrt",
                "3n;15|column 3 of the formula: an operator is missing",
                "3·n|column 2 of the formula: an operator is missing",
                "15|the formula does not grow with n",
                "100-n|the formula falls at n = 1: it must grow from n = 1 on",
                "n-5|the formula is below zero at n = 1",
                "n/0-n/0|the formula has no value at n = 1",
                "n^2-600n+90000|the formula falls at n = 1",
                "sqrt(n-100)|the formula has no value at n = 1"
            })
    void aMistakeIsToldWithItsPlace(String text, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Formula.parse(text))
                .withMessageStartingWith(message)
                .withMessageNotContainingAny("\n", "\r");
    }

    @Test
    void aLawOfAnyLengthIsRefusedAndNotDescendedInto() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Formula.parse("(".repeat(1_000_000)))
                .withMessage("a formula of more than 200 characters");
        assertThat(Formula.parse("(".repeat(99) + "n" + ")".repeat(99)).at(5)).isEqualTo(5);
    }

    @Property
    void theNextNodeWouldBeOneTooMany(
            @ForAll @IntRange(min = 1, max = 1000) int a,
            @ForAll @IntRange(max = 1000) int b,
            @ForAll @LongRange(max = 1_000_000_000) long limit) {
        long nodes = Formula.parse(a + "n+" + b).nodes(limit);
        assertThat(nodes).isEqualTo(Math.max(0, (limit - b) / a));
    }

    @Property
    void anyTextIsALawOrRefusedInOneLine(@ForAll @StringLength(max = 30) String text) {
        try {
            assertThat(Formula.parse(text).text()).isEqualTo(text);
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageMatching("column [0-9]+ of the formula: .*|the formula .*");
        }
    }

    @Property
    void anythingMadeOfALawsLettersIsALawOrRefused(@ForAll("nearly") String text) {
        anyTextIsALawOrRefusedInOneLine(text);
    }

    @Provide
    Arbitrary<String> nearly() {
        return Arbitraries.of("n", "3", "0.5", "+", "-", "*", "/", "^", "(", ")", " ", "log2(", "sqrt(", "\0")
                .list()
                .ofMaxSize(20)
                .map(parts -> String.join("", parts));
    }

    /** A sum written out, and its value worked out beside it in the same steps, so to the last bit: not a number for 0 / 0. */
    record Written(String text, double atSeven) {}

    @Property
    void parenthesesSayWhatComesFirst(@ForAll("written") Written written) {
        Double value = new Formula.Parser(written.text).parse().applyAsDouble(7);
        assertThat(value).isEqualTo(Double.valueOf(written.atSeven)); // as objects: NaN is equal to itself
    }

    @Provide
    Arbitrary<Written> written() {
        return deep(3);
    }

    private static Arbitrary<Written> deep(int depth) {
        Arbitrary<Written> leaf = Arbitraries.oneOf(
                Arbitraries.just(new Written("n", 7)),
                Arbitraries.integers().between(1, 99).map(i -> new Written(Integer.toString(i), i)));
        if (depth == 0) {
            return leaf;
        }
        Arbitrary<Written> below = deep(depth - 1);
        Arbitrary<Written> both = Combinators.combine(below, Arbitraries.of("+", "-", "*", "/"), below)
                .as((a, operator, b) -> new Written(
                        "(" + a.text + ") " + operator + "(" + b.text + ")", value(a.atSeven, operator, b.atSeven)));
        return Arbitraries.oneOf(leaf, both);
    }

    private static double value(double a, String operator, double b) {
        return switch (operator) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            default -> a / b;
        };
    }
}
