package io.connscale.control;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * New connections a second while they are being opened.
 *
 * @param perSecond 1 to {@value #MAX}, or 0 for unlimited
 */
public record Rate(long perSecond) {
    public static final long MAX = 10_000_000;
    public static final Rate UNLIMITED = new Rate(0);

    public Rate {
        if (perSecond < 0 || perSecond > MAX) {
            throw new IllegalArgumentException("a rate is 1 to " + MAX + " a second, or unlimited");
        }
    }

    /**
     * {@code 5000}, {@code 5k}, {@code 5,000/s} (as it is printed), {@code unlimited}.
     *
     * @throws IllegalArgumentException in one line: what is wrong and what would be right
     */
    public static Rate parse(String text) {
        String rate = text.strip().toLowerCase(Locale.ROOT);
        if (rate.equals("unlimited")) {
            return UNLIMITED;
        }
        try {
            return new Rate(Quantity.count(rate.endsWith("/s") ? rate.substring(0, rate.length() - 2) : rate));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    Quantity.quoted(text) + " is not a rate: write 5000, 10k or unlimited", e);
        }
    }

    public boolean unlimited() {
        return perSecond == 0;
    }

    /** This rate in proportion to {@code shares}, so that the sum is the rate; at least 1/s where there is a share. */
    public List<Rate> shared(long[] shares) {
        long total = Arrays.stream(shares).sum();
        List<Rate> rates = new ArrayList<>();
        long before = 0;
        for (long share : shares) {
            long begin = total == 0 ? 0 : perSecond * before / total; // 10 million times a billion: no overflow
            before += share;
            long end = total == 0 ? 0 : perSecond * before / total;
            rates.add(unlimited() || total == 0 ? this : new Rate(Math.max(1, end - begin)));
        }
        return rates;
    }

    @Override
    public String toString() {
        return unlimited() ? "unlimited" : Quantity.text(perSecond) + "/s";
    }
}
