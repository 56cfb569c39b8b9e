package io.connscale.cluster.launch.ssh;

import io.connscale.cluster.launch.ssh.Keyring.Asker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** A user who gives prepared answers and keeps the questions. Without a further answer: none, and no. */
final class Answers implements Asker {
    private final Deque<String> secrets = new ArrayDeque<>();
    private final List<String> questions = Collections.synchronizedList(new ArrayList<>());
    private final boolean agrees;

    Answers(boolean agrees, String... secrets) {
        this.agrees = agrees;
        this.secrets.addAll(List.of(secrets));
    }

    @Override
    public synchronized Optional<String> secret(String question) {
        questions.add(question);
        return Optional.ofNullable(secrets.poll());
    }

    @Override
    public boolean agree(String question) {
        questions.add(question);
        return agrees;
    }

    List<String> questions() {
        return questions;
    }
}
