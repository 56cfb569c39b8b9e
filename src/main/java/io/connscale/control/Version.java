package io.connscale.control;

/** The program's version, as its jar's manifest says it. */
public final class Version {
    /** Where the classes are run without a jar, as in tests. */
    static final String UNPACKED = "dev";

    private Version() {}

    public static String program() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? UNPACKED : version;
    }
}
