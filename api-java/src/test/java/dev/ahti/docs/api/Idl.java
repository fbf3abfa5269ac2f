package dev.ahti.docs.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What the IDL of both versions of the W3C text has, as rows call it. */
final class Idl {

  /**
   * The members that an object of the text has.
   *
   * @param kind interface, dictionary, enum, or "has" for what it has of other standards
   * @param name whose they are
   */
  private record Block(String kind, String name, List<String> members) {}

  private Idl() {}

  /** Every member, with which versions of the text have it: "older", "newest" or "both". */
  static Map<String, String> members(Path folder) throws IOException {
    Set<String> older = members(folder, "older.txt");
    Set<String> newest = members(folder, "newest.txt");
    Map<String, String> versions = new TreeMap<>();
    older.forEach(member -> versions.put(member, newest.contains(member) ? "both" : "older"));
    newest.forEach(member -> versions.putIfAbsent(member, "newest"));
    return versions;
  }

  private static Set<String> members(Path folder, String version) throws IOException {
    List<Block> own = blocks(folder.resolve(version));
    List<Block> streams = blocks(folder.resolve("streams.txt"));
    Map<String, List<String>> inherited = new LinkedHashMap<>();
    streams.forEach(block -> inherited.put(block.name(), block.members()));
    Set<String> members = new LinkedHashSet<>();
    for (Block block : own) {
      block.members().forEach(member -> members.add(block.name() + "." + member));
    }
    for (Block block : streams) {
      if (!block.kind().equals("has")) {
        continue;
      }
      for (String standard : block.members()) {
        for (String member : inherited.get(standard)) {
          // What the interface declares itself is not told again.
          if (!members.contains(block.name() + "." + member)) {
            members.add(block.name() + "." + member + " (" + standard + ")");
          }
        }
      }
    }
    return members;
  }

  /** What the text says outside of its IDL. */
  static Set<String> prose(Path folder) throws IOException {
    Set<String> names = new LinkedHashSet<>();
    for (String line : Files.readAllLines(folder.resolve("prose.txt"))) {
      if (!line.isBlank() && !line.startsWith("#")) {
        names.add(line.substring(0, line.indexOf(" / ")));
      }
    }
    return names;
  }

  private static List<Block> blocks(Path file) throws IOException {
    List<Block> blocks = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith("  ")) {
        String name = line.strip();
        Block block = blocks.get(blocks.size() - 1);
        block.members().add(name);
      } else if (!line.isBlank() && !line.startsWith("#")) {
        String[] words = line.split(" ");
        blocks.add(new Block(words[0], words[1], new ArrayList<>()));
      }
    }
    return blocks;
  }
}
