package io.connscale.command;

import io.connscale.api.ConnscaleException;
import io.connscale.api.Pending;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Table;
import io.connscale.control.AgentException;
import io.connscale.control.Answers;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What each host answered, or why it did not, as a command answers it: one host that fails takes nothing from the others.
 *
 * @param done by host's name, in the order of the question
 * @param failures of those that did not, and of a server asked beside them
 */
record HostAnswers<T>(Map<String, T> done, List<CommandException> failures) {
    /** In JSON: {@code {"hosts":{"client1":…}}}. */
    record ByHost<T>(Map<String, T> hosts) {}

    /** In a table. */
    record Row<T>(String host, T answer) {}

    static <T> List<Row<T>> rows(Map<String, T> byHost) {
        return byHost.entrySet().stream()
                .map(one -> new Row<>(one.getKey(), one.getValue()))
                .toList();
    }

    static <T> HostAnswers<T> of(Pending.Result<T> answers) {
        return of(answers.done(), answers.failed().values());
    }

    static <T> HostAnswers<T> of(Map<String, T> done, Collection<ConnscaleException> failures) {
        return new HostAnswers<>(done, failures.stream().map(Commands::failure).toList());
    }

    static <T> HostAnswers<T> of(Answers.Each<T> answers) {
        return new HostAnswers<>(
                answers.done(),
                answers.failed().values().stream().map(HostWords::failure).toList());
    }

    /** An answer of lines, one for each host; of many hosts the table instead, folded. */
    static Answer answer(Object json, Table table, Stream<String> lines) {
        Table shown = table.folded();
        return new Answer(json, table, shown.equals(table) ? lines.toList() : shown.lines());
    }

    /** These, beside a server that did not answer, unless {@code why} is null. */
    HostAnswers<T> withoutServer(@Nullable AgentException why) {
        return new HostAnswers<>(
                done,
                Stream.concat(failures.stream(), Stream.ofNullable(why).map(HostWords::failure))
                        .toList());
    }

    /** The answer of those that were done; where some failed, as a failure that says why each did and has the rest with it. */
    Answer answer(Function<Map<String, T>, Answer> ofDone) throws CommandException {
        Answer answer = ofDone.apply(done);
        if (failures.isEmpty()) {
            return answer;
        }
        CommandException first = failures.get(0);
        throw new CommandException(
                first.message(), first.hint(), done.isEmpty() ? null : answer, failures.subList(1, failures.size()));
    }

    /** As a failure too, where the user ended the command: what failed until then has failed all the same. */
    CommandException interrupted(String message, String hint, Function<Map<String, T>, Answer> ofDone) {
        return new CommandException(message, hint, soFar(ofDone), failures);
    }

    /** The answer of those that were done, where there are any. */
    @Nullable
    Answer soFar(Function<Map<String, T>, Answer> ofDone) {
        return done.isEmpty() ? null : ofDone.apply(done);
    }
}
