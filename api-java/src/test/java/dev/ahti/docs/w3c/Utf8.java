package dev.ahti.docs.w3c;

import org.apache.pekko.util.ByteString;

/** Where UTF-8 may be cut. */
final class Utf8 {
  private static final int LONGEST = 4;

  private Utf8() {}

  /** How many bytes at the start are whole characters. */
  static int wholeCharacters(ByteString bytes) {
    int size = bytes.size();
    for (int back = 1; back <= Math.min(LONGEST, size); back++) {
      int first = bytes.apply(size - back) & 0xff;
      if ((first & 0xc0) != 0x80) {
        return length(first) > back ? size - back : size;
      }
    }
    return size;
  }

  private static int length(int first) {
    if (first < 0xc0) {
      return 1;
    }
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : LONGEST;
  }
}
