package dev.ahti.transport.netty.http3;

import dev.ahti.engine.wire.Fields;
import io.netty.handler.codec.http3.DefaultHttp3Headers;
import io.netty.handler.codec.http3.Http3Headers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Header sections between the engine's form and Netty's. */
final class FieldsCodec {
  private static final int FIELD_OVERHEAD = 32;

  private FieldsCodec() {}

  /** The section in Netty's form, in the same order. */
  static Http3Headers toHeaders(Fields fields) {
    Http3Headers headers = new DefaultHttp3Headers();
    for (Fields.Field field : fields) {
      headers.add(field.name(), field.value());
    }
    return headers;
  }

  /** The size of a section in bytes, as RFC 9114 4.2.2 counts it. */
  static long size(Fields fields) {
    long size = 0;
    for (Fields.Field field : fields) {
      size += field.name().length() + field.value().length() + FIELD_OVERHEAD;
    }
    return size;
  }

  /** A received section in the engine's form, in the same order. */
  static Fields toFields(Http3Headers headers) {
    List<Fields.Field> fields = new ArrayList<>(headers.size());
    for (Map.Entry<CharSequence, CharSequence> header : headers) {
      fields.add(new Fields.Field(header.getKey().toString(), header.getValue().toString()));
    }
    return Fields.received(fields);
  }
}
