package io.connscale.control;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** What a mistyped word probably meant: the reader of {@code hosts.yaml} and the console ask it. Pure, from any thread. */
public final class Nearest {
    /** No word that we know is longer; bounds the work that a 5,000-character line can cause. */
    private static final int MAX_LENGTH = 64;

    private Nearest() {}

    /**
     * The word of {@code known} nearest to {@code typed}, whatever the case, where one is near: it begins with at least
     * two typed letters, or about a third of its letters or fewer were changed, left out, added or swapped with their
     * neighbour. Of several equally near ones the first.
     */
    public static Optional<String> word(String typed, Collection<String> known) {
        String nearest = null;
        int min = Integer.MAX_VALUE;
        for (String word : known) {
            int distance = near(typed.toLowerCase(Locale.ROOT), word.toLowerCase(Locale.ROOT));
            if (distance < min) {
                nearest = word;
                min = distance;
            }
        }
        return Optional.ofNullable(nearest);
    }

    /** How far apart, or {@code Integer.MAX_VALUE} where too far to be worth a guess. */
    private static int near(String typed, String word) {
        int longer = Math.max(typed.length(), word.length());
        if (longer > MAX_LENGTH) {
            return Integer.MAX_VALUE;
        }
        int distance = distance(typed, word);
        if (distance > 1 && typed.length() >= 2 && word.startsWith(typed)) {
            return 1;
        }
        int far = Math.max(longer / 3, longer > 1 ? 1 : 0);
        return distance <= far ? distance : Integer.MAX_VALUE;
    }

    /** Damerau-Levenshtein (optimal string alignment): changes, omissions, additions and swaps of neighbours. */
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                d[i][j] = i == 0 || j == 0 ? i + j : step(d, a, b, i, j);
            }
        }
        return d[a.length()][b.length()];
    }

    private static int step(int[][] d, String a, String b, int i, int j) {
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        int min = Math.min(d[i - 1][j - 1] + (same ? 0 : 1), Math.min(d[i - 1][j], d[i][j - 1]) + 1);
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(min, d[i - 2][j - 2] + 1) : min;
    }
}
