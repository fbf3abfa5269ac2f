package dev.ahti.sockets;

import dev.ahti.webtransport.WebTransportInvalidStateException;
import dev.ahti.webtransport.WebTransportNetworkException;
import dev.ahti.webtransport.WebTransportTypeException;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.annotation.DoNotInherit;

/**
 * Joins multicast groups with a {@link UdpSocket} that is bound, and leaves them: on the network
 * interface of the local address, or where that is any, on the first that has multicast. All
 * methods may be called from any thread; the operating system bounds how many groups a socket may
 * join.
 */
@DoNotInherit
public interface MulticastController {
  /**
   * Joins a group: messages to it come from now on, whoever sends them.
   *
   * @param ipAddress an IP literal of a group
   * @return fails with a {@link WebTransportTypeException} when that is none, with a {@link
   *     WebTransportInvalidStateException} when the socket has joined it or is closed, and with a
   *     {@link WebTransportNetworkException} when it cannot
   */
  CompletionStage<Done> joinGroup(String ipAddress);

  /**
   * Joins a group for the messages of one source only.
   *
   * @param sourceAddress an IP literal of the same kind
   * @return as {@link #joinGroup(String)}
   */
  CompletionStage<Done> joinGroup(String ipAddress, String sourceAddress);

  /**
   * Leaves a group that was joined for all sources.
   *
   * @return fails with a {@link WebTransportTypeException} when that is no group, and with a {@link
   *     WebTransportInvalidStateException} when the socket has not joined it
   */
  CompletionStage<Done> leaveGroup(String ipAddress);

  /** Leaves a group that was joined for one source; as {@link #leaveGroup(String)}. */
  CompletionStage<Done> leaveGroup(String ipAddress, String sourceAddress);

  /** What is joined now, in the order in which it was. */
  List<MulticastMembership> joinedGroups();
}
