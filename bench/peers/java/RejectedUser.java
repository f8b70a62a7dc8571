/** A record that the cleaning refuses. It has no stack trace: there are many, all from the same place. */
final class RejectedUser extends RuntimeException {
  RejectedUser(String reason) {
    super(reason, null, false, false);
  }
}
