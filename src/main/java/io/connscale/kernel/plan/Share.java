package io.connscale.kernel.plan;

/**
 * What one end of the planned connections takes of its machine.
 *
 * @param wanted how many more connections it gets
 * @param bytesEach memory of each, kernel and process together
 */
record Share(long wanted, long bytesEach, Processes processes) {
    /** Memory for the part {@code part} (0 to 1 and above) of what is wanted. */
    double bytes(double part) {
        return part * wanted * bytesEach
                + (double) processes.toStart(part * wanted) * processes.own().bytes();
    }

    /** Tasks for it. */
    double tasks(double part) {
        return (double) processes.toStart(part * wanted) * processes.own().threads();
    }
}
