package dev.ahti.engine.stage

import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit

import scala.jdk.CollectionConverters._

import org.apache.pekko.stream.Attributes
import org.apache.pekko.stream.Inlet
import org.apache.pekko.stream.Outlet
import org.apache.pekko.stream.SinkShape
import org.apache.pekko.stream.SourceShape
import org.apache.pekko.stream.stage.GraphStageLogic
import org.apache.pekko.stream.stage.GraphStageWithMaterializedValue
import org.apache.pekko.stream.stage.InHandler
import org.apache.pekko.stream.stage.OutHandler

/** What a test does to, and sees of, the graph around the stage under test. */
trait Probe {
  private val seen = new ConcurrentLinkedQueue[StreamProbes.Signal]

  private[stage] def saw(signal: StreamProbes.Signal): Unit = seen.add(signal)

  /** The signals since the last call. */
  def taken(): Seq[StreamProbes.Signal] =
    Iterator.continually(seen.poll()).takeWhile(_ != null).toVector

  /** Everything seen and not taken yet. */
  def signals: Seq[StreamProbes.Signal] = seen.asScala.toVector

  private[stage] var enter: (() => Unit) => Unit = task => task()

  /** Waits until the graph has worked through everything that was caused before this call. */
  def settle(): Unit = {
    val reached = new CountDownLatch(1)
    enter(() => reached.countDown())
    if (!reached.await(20, TimeUnit.SECONDS)) throw new AssertionError("the graph is stuck")
  }
}

object StreamProbes {
  sealed trait Signal
  case object Pulled extends Signal
  case object Completed extends Signal
  final case class Next(element: Any) extends Signal
  final case class Failed(failure: Throwable) extends Signal
  final case class Cancelled(cause: Throwable) extends Signal

  /** Drives what is upstream of the stage under test, signal by signal. */
  final class Upstream[T] extends Probe {
    private[stage] var pushing: T => Unit = _
    private[stage] var completing: () => Unit = _
    private[stage] var failing: Throwable => Unit = _

    def push(element: T): Unit = { enter(() => pushing(element)); settle() }
    def complete(): Unit = { enter(completing); settle() }
    def fail(failure: Throwable): Unit = { enter(() => failing(failure)); settle() }
  }

  /** Drives what is downstream of the stage under test, signal by signal. */
  final class Downstream[T] extends Probe {
    private[stage] var pulling: () => Unit = _
    private[stage] var cancelling: Throwable => Unit = _

    def pull(): Unit = { enter(pulling); settle() }
    def cancel(cause: Throwable): Unit = { enter(() => cancelling(cause)); settle() }
  }

  /** A Source that does nothing by itself. */
  final class ProbeSource[T] extends GraphStageWithMaterializedValue[SourceShape[T], Upstream[T]] {
    private val out = Outlet[T]("ProbeSource.out")
    override val shape: SourceShape[T] = SourceShape(out)

    override def createLogicAndMaterializedValue(attributes: Attributes) = {
      val probe = new Upstream[T]
      val logic = new GraphStageLogic(shape) with OutHandler {
        private val callback = getAsyncCallback[() => Unit](_.apply())
        probe.enter = task => callback.invoke(task)
        probe.pushing = element => push(out, element)
        probe.completing = () => complete(out)
        probe.failing = failure => fail(out, failure)
        setHandler(out, this)
        // So that it can be asked to settle after its port has closed.
        override def preStart(): Unit = setKeepGoing(true)
        override def onPull(): Unit = probe.saw(Pulled)
        override def onDownstreamFinish(cause: Throwable): Unit = probe.saw(Cancelled(cause))
      }
      (logic, probe)
    }
  }

  /** A Sink that does nothing by itself. */
  final class ProbeSink[T] extends GraphStageWithMaterializedValue[SinkShape[T], Downstream[T]] {
    private val in = Inlet[T]("ProbeSink.in")
    override val shape: SinkShape[T] = SinkShape(in)

    override def createLogicAndMaterializedValue(attributes: Attributes) = {
      val probe = new Downstream[T]
      val logic = new GraphStageLogic(shape) with InHandler {
        private val callback = getAsyncCallback[() => Unit](_.apply())
        probe.enter = task => callback.invoke(task)
        probe.pulling = () => pull(in)
        probe.cancelling = cause => cancel(in, cause)
        setHandler(in, this)
        override def preStart(): Unit = setKeepGoing(true)
        override def onPush(): Unit = probe.saw(Next(grab(in)))
        override def onUpstreamFinish(): Unit = probe.saw(Completed)
        override def onUpstreamFailure(failure: Throwable): Unit = probe.saw(Failed(failure))
      }
      (logic, probe)
    }
  }
}
