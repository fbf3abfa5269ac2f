package dev.ahti.engine.testkit

import java.net.InetAddress
import java.net.InetSocketAddress
import java.time.Duration
import java.util.ServiceLoader
import java.util.concurrent.CompletionStage

import scala.concurrent.Future
import scala.jdk.CollectionConverters._
import scala.jdk.FutureConverters._

import dev.ahti.engine.dialect.{Dialect, Draft}
import dev.ahti.engine.dialect.Dialect
import dev.ahti.engine.dialect.Draft
import dev.ahti.engine.gauge.GaugeRegistry
import dev.ahti.engine.gauge.Gauges
import dev.ahti.engine.schedule.SendPriority
import dev.ahti.engine.spi._
import dev.ahti.engine.spi.TransportCommand._
import dev.ahti.engine.spi.TransportEvent._
import dev.ahti.engine.stage._
import dev.ahti.engine.wire.Fields
import dev.ahti.engine.wire.StreamKind
import org.apache.pekko.actor.testkit.typed.scaladsl.ScalaTestWithActorTestKit
import org.apache.pekko.actor.testkit.typed.scaladsl.TestProbe
import org.apache.pekko.actor.typed.ActorRef
import org.apache.pekko.actor.typed.DispatcherSelector
import org.apache.pekko.stream.scaladsl.Flow
import org.apache.pekko.stream.scaladsl.Keep
import org.apache.pekko.stream.scaladsl.Sink
import org.apache.pekko.stream.scaladsl.Source
import org.apache.pekko.util.ByteString
import org.scalatest.BeforeAndAfterEach
import org.scalatest.wordspec.AnyWordSpecLike

final class MemoryTransportSpec
    extends ScalaTestWithActorTestKit
    with AnyWordSpecLike
    with BeforeAndAfterEach {
  private val gauges = new GaugeRegistry
  private val context =
    new TransportContext(system, gauges, new LoopDispatchers(system.classicSystem, true, 16))

  private def providers =
    ServiceLoader.load(classOf[TransportProvider], getClass.getClassLoader).asScala.toSeq

  private lazy val transport: Transport =
    providers.find(_.name == "memory").get.create(context)

  private val settings = java.util.Map.of(
    java.lang.Long.valueOf(0x2c7cf000L),
    java.lang.Long.valueOf(1)
  )
  private val credentials = TestCredentials.credentials
  private val loopback = InetAddress.getLoopbackAddress

  /** One end of a connection with its actor. */
  private final class End(connection: TransportConnection) {
    val loop: StreamLoop = connection.loop
    val events: TestProbe[TransportEvent] = createTestProbe[TransportEvent]()
    val actor: ActorRef[TransportCommand] = spawn(
      connection.transport(events.ref),
      DispatcherSelector.fromConfig(loop.dispatcherId)
    )

    def ask[T](command: ActorRef[T] => TransportCommand): T = {
      val reply = createTestProbe[T]()
      actor ! command(reply.ref)
      reply.receiveMessage()
    }

    def attach(sessionId: Long): (TestProbe[IncomingStream], DatagramPort) = {
      val streams = createTestProbe[IncomingStream]()
      val attached = ask[SessionAttached](
        new AttachSession(sessionId, Dialect.of(Draft.D16), streams.ref, _)
      )
      (streams, attached.datagrams)
    }

    def open(sessionId: Long): OpenResult =
      ask[OpenResult](new OpenStream(sessionId, StreamKind.BIDIRECTIONAL, _))
  }

  private var ends = List.empty[End]

  /** Whatever a test did: when its connections are closed, nothing is left behind. */
  override def afterEach(): Unit = {
    ends.foreach(_.actor ! new CloseConnection(0x100, "the test is over"))
    ends = Nil
    eventually(gauges.levels.asScala.filter(_._2 != 0) shouldBe empty)
  }

  private def await[T](stage: CompletionStage[T]): T = stage.asScala.futureValue
  private def failed(stage: CompletionStage[_]): Throwable = stage.asScala.failed.futureValue

  private def listen(port: Int): (TransportListener, TestProbe[TransportConnection]) = {
    val connections = createTestProbe[TransportConnection]()
    val options =
      new ListenOptions("test", new InetSocketAddress(loopback, port), credentials, settings)
    (await(transport.bind(options, connection => connections.ref ! connection)), connections)
  }

  private def options(port: Int, trust: ServerTrust = ServerTrust.Insecure.INSTANCE) =
    new DialOptions("localhost", port, trust, settings, Duration.ofSeconds(10))

  private def connected(): (End, End) = {
    val (listener, connections) = listen(0)
    val client = new End(await(transport.dial(options(listener.localAddress.getPort))))
    val server = new End(connections.receiveMessage())
    client.events.expectMessage(new PeerSettings(settings))
    server.events.expectMessage(new PeerSettings(settings))
    await(listener.close())
    ends = List(client, server)
    (client, server)
  }

  /** A client and a server that have a session. */
  private def session(): (End, End, Long) = {
    val (client, server) = connected()
    val started = client.ask[RequestStarted](new Request(Fields.empty.`with`(":path", "/"), _))
    val id = started.asInstanceOf[RequestStarted.Started].id
    server.events.expectMessageType[RequestReceived].id shouldBe id
    (client, server, id)
  }

  "The memory transport" should {
    "be found under its name" in {
      providers.map(_.name) should contain("memory")
    }

    "carry a request, its response and their bodies" in {
      val (client, server) = connected()
      val fields = Fields.empty.`with`(":path", "/chat")
      val started = client
        .ask[RequestStarted](new Request(fields, _))
        .asInstanceOf[RequestStarted.Started]
      val request = server.events.expectMessageType[RequestReceived]
      request.id shouldBe started.id
      request.fields shouldBe fields
      val early = Fields.empty.`with`(":status", "103")
      val answer = Fields.empty.`with`(":status", "404")
      server.actor ! new Respond(request.id, early, ByteString.emptyByteString, false)
      server.actor ! new Respond(request.id, answer, ByteString.fromString("nothing here"), true)
      client.events.expectMessage(new ResponseReceived(started.id, early))
      client.events.expectMessage(new ResponseReceived(started.id, answer))
      text(started.body) shouldBe "nothing here"
    }

    "reset and stop a request that is rejected" in {
      val (client, server) = connected()
      val started = client
        .ask[RequestStarted](new Request(Fields.empty, _))
        .asInstanceOf[RequestStarted.Started]
      val request = server.events.expectMessageType[RequestReceived]
      server.actor ! new RejectRequest(request.id, 0x10b)
      started.body.request(1)
      eventually(started.body.poll() shouldBe new Inbound.Reset(0x10b))
      eventually(started.body.ended shouldBe a[WriteEnd.Stopped])
    }

    "hand streams to the session once it is attached, and to the connection before and after" in {
      val (client, server, id) = session()
      client.open(id) shouldBe a[OpenResult.Opened]
      server.events.expectMessageType[StreamArrived].sessionId shouldBe id
      val (streams, _) = server.attach(id)
      client.open(id) shouldBe a[OpenResult.Opened]
      streams.receiveMessage().kind shouldBe StreamKind.BIDIRECTIONAL
      server.ask[SessionDetached](new DetachSession(id, _)).sessionId shouldBe id
      client.open(id) shouldBe a[OpenResult.Opened]
      server.events.expectMessageType[StreamArrived].sessionId shouldBe id
    }

    "say when the peer allows no more streams, and when it does again" in {
      val (client, server, id) = session()
      val (streams, _) = server.attach(id)
      // The request is one of them.
      val opened = (1 until MemorySettings.DEFAULT.bidirectionalStreams).map(_ => client.open(id))
      all(opened) shouldBe a[OpenResult.Opened]
      client.open(id) shouldBe new OpenResult.LimitReached(StreamKind.BIDIRECTIONAL)
      val near = opened.head.asInstanceOf[OpenResult.Opened].port
      val far = streams.receiveMessage().port
      near.reset(0)
      near.stopSending(0)
      far.request(1)
      far.reset(0)
      client.events.expectMessage(new StreamsAvailable(StreamKind.BIDIRECTIONAL))
      client.open(id) shouldBe a[OpenResult.Opened]
    }

    "carry the datagrams of a session, those that came early first" in {
      val (client, server, id) = session()
      val (_, near) = client.attach(id)
      near.offer(ByteString.fromString("early"))
      eventually(gauges.snapshot.get("early.datagrams") shouldBe 1)
      val (_, far) = server.attach(id)
      near.offer(ByteString.fromString("late"))
      eventually(far.stats.received shouldBe 2)
      far.poll() shouldBe ByteString.fromString("early")
      far.poll() shouldBe ByteString.fromString("late")
    }

    "run the stages of both ends on their loop" in {
      val (client, server, id) = session()
      val (streams, _) = server.attach(id)
      val near = client.open(id).asInstanceOf[OpenResult.Opened].port
      val far = streams.receiveMessage().port
      Flow[ByteString]
        .map { bytes =>
          if (!server.loop.inLoop) throw new IllegalStateException("the stage is off the loop")
          bytes
        }
        .join(new DuplexStage(handle(far), EngineStreamFailures.INSTANCE))
        .run()(server.loop.materializer)
      val sent = ByteString(Array.tabulate(1 << 20)(_.toByte))
      val (done, received) = Source(sent.grouped(10000).toVector)
        .viaMat(new DuplexStage(handle(near), EngineStreamFailures.INSTANCE))(Keep.right)
        .toMat(Sink.fold(ByteString.empty)(_ ++ _))(Keep.both)
        .run()(client.loop.materializer)
      await(done)
      received.futureValue shouldBe sent
    }

    "end everything when a transport actor stops" in {
      val (client, server, id) = session()
      val (streams, datagrams) = server.attach(id)
      client.open(id)
      val far = streams.receiveMessage().port
      val stopped = createTestProbe[Any]()
      testKit.stop(client.actor)
      server.events.expectMessageType[ConnectionClosed].byPeer shouldBe true
      stopped.expectTerminated(server.actor)
      eventually(far.poll() shouldBe a[Inbound.Lost])
      eventually(datagrams.ended should not be null)
    }

    "stop both actors after a close that tells code and reason" in {
      val (client, server, _) = session()
      client.actor ! new CloseConnection(0x102, "internal")
      client.events.expectMessage(new ConnectionClosed(0x102, "internal", false))
      server.events.expectMessage(new ConnectionClosed(0x102, "internal", true))
      val stopped = createTestProbe[Any]()
      stopped.expectTerminated(client.actor)
      stopped.expectTerminated(server.actor)
    }

    "tell a GOAWAY with the first request that it refuses" in {
      val (client, server, id) = session()
      server.actor ! TransportCommand.GoAway.INSTANCE
      client.events.expectMessage(new PeerGoAway(id + 4))
    }

    "refuse an address that is taken, until it is given back" in {
      val (listener, _) = listen(4433)
      val options =
        new ListenOptions("again", listener.localAddress, credentials, settings)
      failed(transport.bind(options, _ => ())).getMessage should include("4433")
      await(listener.close())
      await(listen(4433)._1.close())
    }

    "fail to dial where nobody listens, and where the certificate is another" in {
      val nobody = failed(transport.dial(options(1)))
      nobody shouldBe a[DialException]
      nobody.getMessage shouldBe "localhost:1: nobody listens there"
      val (listener, _) = listen(0)
      val port = listener.localAddress.getPort
      def hashes(hash: ByteString) =
        new ServerTrust.CertificateHashes(java.util.List.of(hash))
      val wrong = failed(transport.dial(options(port, hashes(ByteString(new Array[Byte](32))))))
      wrong shouldBe a[DialException]
      wrong.getMessage should include("hash")
      await(transport.dial(options(port, hashes(TestCredentials.sha256)))) should not be null
      await(listener.close())
    }
  }

  private val dialect = Dialect.of(Draft.D16)

  private def handle(port: StreamPort) = new StreamHandle(
    port,
    dialect,
    0,
    new StreamControl {
      override def reset(applicationCode: Long): Unit = port.reset(applicationCode)
      override def priority(priority: SendPriority): Unit = port.priority(priority)
      override def stopSending(applicationCode: Long): Unit = port.stopSending(applicationCode)
    },
    64 * 1024,
    new StreamCalls(4, new GaugeRegistry().level(Gauges.STREAM_CALLS_WAITING)),
    new Undelivered(port, new UnreadStreams(4, new GaugeRegistry().level(Gauges.STREAMS_UNREAD)))
  )

  private def text(port: StreamPort): String = {
    val all: Future[ByteString] = Source
      .fromGraph(new ReceiveStage(handle(port), EngineStreamFailures.INSTANCE))
      .runWith(Sink.fold(ByteString.empty)(_ ++ _))
    all.futureValue.utf8String
  }
}
