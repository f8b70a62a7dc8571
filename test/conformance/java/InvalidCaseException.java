/** The case has a word that the vocabulary does not have, or lacks one: a fault of the case, not of Kafka Streams. */
final class InvalidCaseException extends RuntimeException {
  InvalidCaseException(String message) {
    super(message);
  }
}
