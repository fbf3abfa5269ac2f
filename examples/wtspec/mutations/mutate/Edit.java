package mutate;

import java.util.List;

/**
 * One rule switched off.
 *
 * @param rule its id
 * @param hunks where, one or more
 */
record Edit(String rule, List<Hunk> hunks) {

  /**
   * One place.
   *
   * @param file from the root of the tree
   * @param find text that is there once
   * @param replace what comes in its place
   */
  record Hunk(String file, String find, String replace) {}

  /** The module of the last place, which has those of the others on its class path. */
  String module() {
    String file = hunks.get(hunks.size() - 1).file();
    return file.substring(0, file.indexOf("/src/"));
  }
}
