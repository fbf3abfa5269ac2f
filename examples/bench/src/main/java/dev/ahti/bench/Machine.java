package dev.ahti.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.util.Version;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Where and with what a run was made. */
final class Machine {
  private Machine() {}

  static Map<String, Object> describe(Plan plan, Map<String, JsonNode> settings) {
    Map<String, Object> machine = new LinkedHashMap<>();
    machine.put("processors", Runtime.getRuntime().availableProcessors());
    machine.put("architecture", System.getProperty("os.arch"));
    machine.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    machine.put(
        "jdk", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
    Map<String, Object> versions = new LinkedHashMap<>();
    netty().ifPresent(version -> versions.put("netty", version));
    Map<String, Object> run = new LinkedHashMap<>();
    run.put("rounds", plan.rounds());
    run.put("launches", plan.launches());
    run.put("quick", plan.quick());
    run.put("childJvm", Child.common());
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("machine", machine);
    header.put("versions", versions);
    header.put("run", run);
    header.put("settings", settings);
    return header;
  }

  private static Optional<String> netty() {
    return Optional.ofNullable(Version.identify().get("netty-common"))
        .map(Version::artifactVersion);
  }
}
