package mutate;

/**
 * A test that shows a rule.
 *
 * @param name class and method, or the class of a whole spec
 * @param source its file, from the root of the tree
 */
record Shown(String name, String source) {

  String module() {
    return source.substring(0, source.indexOf("/src/"));
  }

  /** A method of a test class, or a whole spec. */
  boolean isMethod() {
    int dot = name.lastIndexOf('.');
    return dot > 0 && Character.isLowerCase(name.charAt(dot + 1));
  }

  String method() {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  String packageName() {
    String tree = source.contains("/src/test/scala/") ? "/src/test/scala/" : "/src/test/java/";
    String path = source.substring(source.indexOf(tree) + tree.length());
    return path.substring(0, path.lastIndexOf('/')).replace('/', '.');
  }

  /** Whether a report is of this test: once, or of one of its parameters. */
  boolean is(Run.Case run) {
    return isMethod()
        ? run.name().equals(method()) || run.name().startsWith(method() + "(")
        : run.type().equals(packageName() + "." + name);
  }
}
