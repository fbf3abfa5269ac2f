package dev.ahti.docs;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ahti.webtransport.WebTransportErrorSource;

// #mixin
/** Says to Jackson what a WebTransportError consists of. */
@JsonAutoDetect(
    fieldVisibility = Visibility.NONE,
    getterVisibility = Visibility.NONE,
    isGetterVisibility = Visibility.NONE,
    setterVisibility = Visibility.NONE)
@JsonInclude(JsonInclude.Include.NON_NULL)
public abstract class WebTransportErrorMixin {
  @JsonProperty WebTransportErrorSource source;
  @JsonProperty Long streamErrorCode;
  @JsonProperty Integer httpStatus;

  @JsonCreator
  WebTransportErrorMixin(
      @JsonProperty("message") String message,
      @JsonProperty("source") WebTransportErrorSource source,
      @JsonProperty("streamErrorCode") Long streamErrorCode,
      @JsonProperty("httpStatus") Integer httpStatus) {}

  @JsonProperty("message")
  abstract String getMessage();
}
// #mixin
