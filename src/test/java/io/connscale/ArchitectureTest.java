package io.connscale;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The house's rules, as docs/ARCHITECTURE.md tells them: which room knows which, and what is done in one place only. */
class ArchitectureTest {
    private static final String ROOT = "io.connscale";
    private static final JavaClasses CLASSES = new ClassFileImporter().importPath(Path.of("target/classes"));

    /** Each room, and the rooms that it may know. Main, in the hall, knows all of them and none knows it. */
    private static final Map<String, List<String>> KNOWS = Map.ofEntries(
            Map.entry(
                    "command",
                    List.of("api", "console", "diagnosis", "limits", "report", "run", "control", "stats", "kernel")),
            Map.entry(
                    "api",
                    List.of(
                            "diagnosis",
                            "limits",
                            "find",
                            "run",
                            "cluster",
                            "agent",
                            "server",
                            "control",
                            "stats",
                            "kernel",
                            "net")),
            Map.entry("diagnosis", List.of("limits", "cluster", "control", "stats", "kernel", "net")),
            Map.entry("limits", List.of("stats", "kernel")),
            Map.entry("console", List.of("control", "stats", "kernel", "net")),
            Map.entry("run", List.of("control", "stats")),
            Map.entry("report", List.of("run", "control", "stats", "kernel", "net")),
            Map.entry("cluster", List.of("control", "talk", "stats", "kernel", "net")),
            Map.entry("agent", List.of("control", "talk", "stats", "kernel", "net")),
            Map.entry("server", List.of("control", "stats", "kernel", "net")),
            Map.entry("control", List.of("talk", "stats", "kernel", "net")),
            Map.entry("talk", List.of()),
            Map.entry("stats", List.of()),
            Map.entry("kernel", List.of("stats")),
            Map.entry("find", List.of()),
            Map.entry("net", List.of()));

    /** Each library, and the rooms that may use it; {@code ""} is the hall, where Main is. */
    private static final Map<String, List<String>> LIBRARIES = Map.of(
            "org.jline..", List.of("", "command", "console"),
            "picocli..", List.of("", "command", "console"),
            "tools.jackson..", List.of("control", "cluster"),
            "com.fasterxml..", List.of("command", "control", "cluster", "run"), // how answers and samples are written
            "io.prometheus..", List.of("report"),
            "io.netty..", List.of("net", "agent", "server"),
            "org.HdrHistogram..", List.of("stats"),
            "net.schmizz..", List.of("cluster"),
            "com.hierynomus..", List.of("cluster"),
            "ch.qos.logback..", List.of(""));

    @TestFactory
    Stream<DynamicTest> importsRunDownwardsOnly() {
        return KNOWS.entrySet().stream()
                .map(room -> rule(
                        room.getKey() + " knows " + room.getValue(),
                        noClasses()
                                .that()
                                .resideInAPackage(in(room.getKey()))
                                .should()
                                .dependOnClassesThat(are(
                                        resideInAPackage(ROOT + "..").and(outside(room.getKey(), room.getValue()))))));
    }

    @TestFactory
    Stream<DynamicTest> eachLibraryLivesInItsRooms() {
        return LIBRARIES.entrySet().stream()
                .map(library -> rule(
                        library.getKey() + " in " + library.getValue(),
                        noClasses()
                                .that()
                                .resideOutsideOfPackages(library.getValue().stream()
                                        .map(ArchitectureTest::in)
                                        .toArray(String[]::new))
                                .should()
                                .dependOnClassesThat()
                                .resideInAPackage(library.getKey())));
    }

    @Test
    void everyRoomIsOnThePlan() {
        assertThat(CLASSES.stream().map(ArchitectureTest::room).filter(room -> !room.isEmpty()))
                .isNotEmpty()
                .allMatch(KNOWS::containsKey);
    }

    @Test
    void theConsoleKnowsWordsOfControlButNoAgent() {
        check(noClasses()
                .that()
                .resideInAPackage(in("console"))
                .should()
                .dependOnClassesThat(are(resideInAPackage(in("control"))
                        .and(not(JavaClass.Predicates.simpleName("Exhausted")))
                        .and(not(JavaClass.Predicates.simpleName("Json")))
                        .and(not(JavaClass.Predicates.simpleName("NameRanges")))
                        .and(not(JavaClass.Predicates.simpleName("Said")))
                        .and(not(JavaClass.Predicates.simpleName("Nearest")))
                        .and(not(JavaClass.Predicates.simpleName("PlainText")))
                        .and(not(JavaClass.Predicates.simpleName("Quantity")))
                        .and(not(JavaClass.Predicates.simpleName("Threads"))))));
    }

    @Test
    void threadsComeFromOnePlace() {
        check(noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ROOT + ".control.Threads")
                .should()
                .callConstructor(Thread.class, Runnable.class, String.class)
                .orShould()
                .callConstructor(Thread.class, Runnable.class)
                .orShould()
                .callConstructor(Thread.class, String.class)
                .orShould()
                .callConstructor(Thread.class));
    }

    @Test
    void onlyMainEndsTheProcess() {
        check(noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ROOT + ".Main")
                .should()
                .callMethod(System.class, "exit", int.class));
        check(noClasses().should().callMethod(Runtime.class, "exit", int.class));
        check(noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ROOT + ".Main")
                .should()
                .callMethod(Runtime.class, "halt", int.class));
    }

    /** Before there is a screen, or where there is none: in an agent. */
    @Test
    void onlyTheWaysInTouchStandardOutput() {
        var elsewhere = noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ROOT + ".Main")
                .and()
                .doNotHaveFullyQualifiedName(ROOT + ".agent.AgentMain");
        check(elsewhere.should().accessField(System.class, "out"));
        check(elsewhere.should().accessField(System.class, "err"));
    }

    /** What else prints has a screen print it, and that thread alone calls the screens. */
    @Test
    void oneThreadPrints() {
        Set<String> screens = Set.of("TerminalScreen", "LiveTerminal", "BatchScreen");
        check(noClasses()
                .that(are(not(partOf(screens))))
                .should()
                .callMethodWhere(DescribedPredicate.describe(
                        "it writes to the terminal",
                        call -> call.getTargetOwner().getPackageName().startsWith("org.jline")
                                && WRITES.contains(call.getTarget().getName()))));
        check(noClasses()
                .that(are(not(partOf(screens))))
                .and(are(not(partOf(Set.of("ScreenThread")))))
                .should()
                .callMethodWhere(DescribedPredicate.describe(
                        "it calls a screen past the thread that prints",
                        call -> call.getTargetOwner().isAssignableTo(ROOT + ".console.Screen")
                                && !call.getTargetOwner().getSimpleName().equals("ScreenThread")
                                && !isStatic(call))));
    }

    /** Terminal's, LineReader's and Display's. */
    private static final Set<String> WRITES = Set.of("writer", "output", "puts", "flush", "printAbove", "update");

    private static DescribedPredicate<JavaClass> partOf(Set<String> classes) {
        return DescribedPredicate.describe(
                "part of " + classes,
                type -> classes.stream().anyMatch(name -> type.getName().startsWith(ROOT + ".console." + name)));
    }

    private static boolean isStatic(JavaMethodCall call) {
        return call.getTarget()
                .resolveMember()
                .map(method -> method.getModifiers().contains(JavaModifier.STATIC))
                .orElse(false);
    }

    @Test
    void stackTracesGoToTheLog() {
        check(noClasses().should().callMethod(Throwable.class, "printStackTrace"));
    }

    @Test
    void nothingIsCalledUtil() {
        check(noClasses().should().haveNameMatching("(?i).*\\butils?\\b.*|.*Utils?(ity|ities)?(\\$.*)?"));
    }

    @Test
    void eachRoomHasItsDoorPlate() throws IOException {
        for (Path folder : sources("src/main/java", Files::isDirectory)) {
            if (!sourcesIn(folder).isEmpty()) {
                assertThat(folder.resolve("package-info.java"))
                        .content()
                        .startsWith("/**")
                        .contains("@NullMarked");
            }
        }
    }

    @Test
    void nothingIsLeftToDo() throws IOException {
        List<String> faults = new ArrayList<>();
        for (Path file : sources("src", f -> f.toString().endsWith(".java"))) {
            List<String> lines = Files.readAllLines(file);
            if (lines.stream().anyMatch(line -> line.contains("TO" + "DO"))) {
                faults.add(file + " leaves something to do");
            }
        }
        assertThat(faults).isEmpty();
    }

    private static DynamicTest rule(String name, ArchRule rule) {
        return dynamicTest(name, () -> check(rule));
    }

    /** A room that is still empty breaks no rule. */
    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(CLASSES);
    }

    private static DescribedPredicate<JavaClass> outside(String room, List<String> known) {
        return not(resideInAnyPackage(Stream.concat(Stream.of(room), known.stream())
                .map(ArchitectureTest::in)
                .toArray(String[]::new)));
    }

    /** The packages of a room; {@code ""} is the hall alone. */
    private static String in(String room) {
        return room.isEmpty() ? ROOT : ROOT + "." + room + "..";
    }

    private static String room(JavaClass type) {
        String below = type.getPackageName().substring(ROOT.length());
        return below.isEmpty() ? "" : below.split("\\.", -1)[1];
    }

    private static List<Path> sourcesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".java")).toList();
        }
    }

    private static List<Path> sources(String root, Predicate<Path> wanted) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of(root))) {
            return files.filter(wanted).toList();
        }
    }
}
