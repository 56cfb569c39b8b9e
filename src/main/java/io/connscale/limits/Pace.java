package io.connscale.limits;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What bounds how fast connections come up, not how many.
 *
 * @param name as a program knows it
 * @param numbers by name, for a program; what is not known is null
 * @param fits whether they come up as fast as asked; null: not known
 * @param narrow whether it is too little for any path that is worth the name, where {@code fits} is not known
 * @param text in one line; empty where it is wide enough
 * @param fix what makes it wide enough
 */
public record Pace(
        String name,
        Map<String, @Nullable Object> numbers,
        @Nullable Boolean fits,
        boolean narrow,
        String text,
        String fix) {}
