package io.connscale.cluster.config;

/** Where in the file, both counted from 1; a column is a character. */
record Place(int line, int column) {
    static final Place START = new Place(1, 1);

    /** The place right behind {@code text}, which begins the file. */
    static Place after(CharSequence text) {
        String before = text.toString();
        int lineStart = before.lastIndexOf('\n') + 1;
        int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
        return new Place(line, 1 + before.codePointCount(lineStart, before.length()));
    }
}
