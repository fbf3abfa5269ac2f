package dev.ahti.transport.netty.http2;

import dev.ahti.engine.wire.Fields;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Header sections between the engine's form and Netty's. */
final class Http2Fields {
  private Http2Fields() {}

  /** The section in Netty's form, in the same order. */
  static Http2Headers toHeaders(Fields fields) {
    Http2Headers headers = new DefaultHttp2Headers();
    for (Fields.Field field : fields) {
      headers.add(field.name(), field.value());
    }
    return headers;
  }

  /** A received section in the engine's form, in the same order. */
  static Fields toFields(Http2Headers headers) {
    List<Fields.Field> fields = new ArrayList<>(headers.size());
    for (Map.Entry<CharSequence, CharSequence> header : headers) {
      fields.add(new Fields.Field(header.getKey().toString(), header.getValue().toString()));
    }
    return Fields.received(fields);
  }
}
