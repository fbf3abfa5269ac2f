package dev.ahti.webtransport;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The files of the machine, on a disk that is slow: who opens one waits until it is let go on.
 * Nothing can be written through it.
 */
final class HeldFiles {
  private final CountDownLatch opening = new CountDownLatch(1);
  private final CountDownLatch held = new CountDownLatch(1);
  private final HeldSystem system = new HeldSystem();

  /** The same path, on the slow disk. */
  Path path(Path real) {
    return (Path)
        Proxy.newProxyInstance(
            HeldFiles.class.getClassLoader(),
            new Class<?>[] {Path.class},
            (proxy, method, arguments) -> call(real, method, arguments));
  }

  /** Waits until somebody waits for a file. */
  boolean awaitOpening() throws InterruptedException {
    return opening.await(20, TimeUnit.SECONDS);
  }

  void letGoOn() {
    held.countDown();
  }

  private Object call(Path real, Method method, Object[] arguments) throws Throwable {
    if (method.getName().equals("getFileSystem")) {
      return system;
    }
    Object[] own = arguments == null ? new Object[0] : arguments.clone();
    for (int i = 0; i < own.length; i++) {
      own[i] = real(own[i]);
    }
    try {
      Object result = method.invoke(real, own);
      return result instanceof Path path ? path(path) : result;
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /** The machine's own path of one that may be ours: ours says what it is as a text. */
  private static Object real(Object path) {
    return path instanceof Path && Proxy.isProxyClass(path.getClass())
        ? Path.of(path.toString())
        : path;
  }

  private static Path realPath(Path path) {
    return (Path) real(path);
  }

  private static UnsupportedOperationException notHere() {
    return new UnsupportedOperationException("not of a slow disk");
  }

  private final class HeldSystem extends FileSystem {
    private final FileSystemProvider provider = new HeldProvider();

    @Override
    public FileSystemProvider provider() {
      return provider;
    }

    @Override
    public void close() {}

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public boolean isReadOnly() {
      return true;
    }

    @Override
    public String getSeparator() {
      return "/";
    }

    @Override
    public Iterable<Path> getRootDirectories() {
      throw notHere();
    }

    @Override
    public Iterable<FileStore> getFileStores() {
      throw notHere();
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
      return Set.of("basic");
    }

    @Override
    public Path getPath(String first, String... more) {
      return path(Path.of(first, more));
    }

    @Override
    public PathMatcher getPathMatcher(String pattern) {
      throw notHere();
    }

    @Override
    public UserPrincipalLookupService getUserPrincipalLookupService() {
      throw notHere();
    }

    @Override
    public WatchService newWatchService() {
      throw notHere();
    }
  }

  private final class HeldProvider extends FileSystemProvider {
    private FileSystemProvider real(Path path) {
      return realPath(path).getFileSystem().provider();
    }

    @Override
    public FileChannel newFileChannel(
        Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
        throws IOException {
      opening.countDown();
      try {
        if (!held.await(60, TimeUnit.SECONDS)) {
          throw new IOException("held for too long");
        }
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      return real(path).newFileChannel(realPath(path), options, attributes);
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(
        Path path, Class<A> type, LinkOption... options) throws IOException {
      return real(path).readAttributes(realPath(path), type, options);
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
        throws IOException {
      return real(path).readAttributes(realPath(path), names, options);
    }

    @Override
    public <V extends FileAttributeView> V getFileAttributeView(
        Path path, Class<V> type, LinkOption... options) {
      return real(path).getFileAttributeView(realPath(path), type, options);
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
      real(path).checkAccess(realPath(path), modes);
    }

    @Override
    public SeekableByteChannel newByteChannel(
        Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
        throws IOException {
      return newFileChannel(path, options, attributes);
    }

    @Override
    public String getScheme() {
      return "held";
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
      throw notHere();
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
      return system;
    }

    @Override
    public Path getPath(URI uri) {
      throw notHere();
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(
        Path directory, DirectoryStream.Filter<? super Path> filter) {
      throw notHere();
    }

    @Override
    public void createDirectory(Path directory, FileAttribute<?>... attributes) {
      throw notHere();
    }

    @Override
    public void delete(Path path) {
      throw notHere();
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) {
      throw notHere();
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) {
      throw notHere();
    }

    @Override
    public boolean isSameFile(Path path, Path other) throws IOException {
      return real(path).isSameFile(realPath(path), realPath(other));
    }

    @Override
    public boolean isHidden(Path path) throws IOException {
      return real(path).isHidden(realPath(path));
    }

    @Override
    public FileStore getFileStore(Path path) {
      throw notHere();
    }

    @Override
    public void setAttribute(Path path, String name, Object value, LinkOption... options) {
      throw notHere();
    }
  }
}
