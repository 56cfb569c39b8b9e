package io.connscale.report;

import io.connscale.run.Run;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** Runs that were recorded, as one HTML file. */
public final class Report {
    private Report() {}

    /**
     * The file's text.
     *
     * @param runs more than one are drawn over each other
     * @throws IOException where a record can't be read
     */
    public static String html(List<Run> runs) throws IOException {
        List<PageData> pages = new ArrayList<>();
        for (Run run : runs) {
            PageData page = new PageData(run.info());
            run.samples().forEach(page::add);
            run.events().forEach(page::add);
            page.times(run.times());
            pages.add(page);
        }
        return Page.of(runs.stream().map(Report::name).collect(Collectors.joining(", ")) + " · connscale", pages);
    }

    private static String name(Run run) {
        return Objects.requireNonNullElse(run.info().name(), run.info().id());
    }
}
