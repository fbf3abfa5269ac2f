package dev.ahti.bench.ahti;

import dev.ahti.bench.Pattern;
import dev.ahti.bench.Receipt;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** Bulk transfers as flows: the pattern going out, count and checksum of what came in. */
final class Bulk {
  private static final List<ByteString> CHUNKS =
      IntStream.range(0, Pattern.SIZE / Pattern.CHUNK)
          .mapToObj(i -> ByteString.fromArrayUnsafe(Pattern.chunk((long) i * Pattern.CHUNK)))
          .toList();

  private Bulk() {}

  /** The first {@code bytes} bytes of the pattern. */
  static Source<ByteString, NotUsed> pattern(long bytes) {
    return Source.fromIterator(() -> new Chunks(bytes));
  }

  /** Emits one receipt when upstream has completed; for one materialization. */
  static Flow<ByteString, Receipt, NotUsed> receipt() {
    return Flow.<ByteString>create().fold(new Tally(), Tally::add).map(Tally::receipt);
  }

  /** Reads the count that a client asks for, and emits that much of the pattern. */
  static Flow<ByteString, ByteString, NotUsed> answer() {
    return Flow.<ByteString>create()
        .fold(ByteString.emptyByteString(), ByteString::concat)
        .mapConcat(
            request -> {
              long bytes = request.asByteBuffer().getLong();
              return () -> new Chunks(bytes);
            });
  }

  private static final class Tally {
    private final CRC32C checksum = new CRC32C();
    private long bytes;

    Tally add(ByteString more) {
      bytes += more.size();
      if (more.isCompact()) {
        checksum.update(more.toArrayUnsafe());
      } else {
        // Several reads in one element: toArrayUnsafe would copy them into a new array.
        more.getByteBuffers().forEach(checksum::update);
      }
      return this;
    }

    Receipt receipt() {
      return new Receipt(bytes, checksum.getValue());
    }
  }

  private static final class Chunks implements Iterator<ByteString> {
    private final long bytes;
    private long given;

    Chunks(long bytes) {
      this.bytes = bytes;
    }

    @Override
    public boolean hasNext() {
      return given < bytes;
    }

    @Override
    public ByteString next() {
      if (given >= bytes) {
        throw new NoSuchElementException();
      }
      ByteString chunk = CHUNKS.get((int) (given % Pattern.SIZE) / Pattern.CHUNK);
      long left = bytes - given;
      given += chunk.size();
      return left < chunk.size() ? chunk.take((int) left) : chunk;
    }
  }
}
