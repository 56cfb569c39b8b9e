package io.connscale.console;

import java.util.List;

/** Numbers as a small curve of one line, from zero to the largest of them. Pure. */
public final class Sparkline {
    private static final String BLOCKS = "▁▂▃▄▅▆▇█";
    private static final String ASCII = "_.-:=+*#";

    private Sparkline() {}

    /** The last {@code width} of {@code values}, one character each; those that are not known (NaN) are blank. */
    public static String of(List<Double> values, int width, boolean unicode) {
        String levels = unicode ? BLOCKS : ASCII;
        List<Double> shown = values.subList(Math.max(0, values.size() - Math.max(0, width)), values.size());
        double max = shown.stream()
                .mapToDouble(v -> v)
                .filter(Double::isFinite)
                .max()
                .orElse(0);
        StringBuilder line = new StringBuilder();
        for (double value : shown) {
            line.append(Double.isFinite(value) ? levels.charAt(level(value, max, levels.length())) : ' ');
        }
        return line.toString();
    }

    private static int level(double value, double max, int levels) {
        return max <= 0 ? 0 : (int) Math.round(Math.max(0, value) / max * (levels - 1));
    }
}
