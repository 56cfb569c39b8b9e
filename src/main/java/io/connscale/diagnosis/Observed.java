package io.connscale.diagnosis;

import io.connscale.control.AgentException;
import io.connscale.limits.Observation;
import java.util.Map;
import java.util.Optional;

/**
 * Both ends as they were found, and who did not answer.
 *
 * @param observation of what is known: a host that counts and tells nothing of its kernel is in it, too
 * @param failed by host's name, why it does not tell what its kernel says
 * @param silent why the server does not answer, or why somebody else's can't be read; empty where it does, or need not be
 */
public record Observed(Observation observation, Map<String, AgentException> failed, Optional<AgentException> silent) {}
