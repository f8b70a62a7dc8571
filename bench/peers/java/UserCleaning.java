import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;

/** The cleaning rules of the users workload. */
final class UserCleaning {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("dd/MM/uuuu").withResolverStyle(ResolverStyle.STRICT);

  private UserCleaning() {}

  /**
   * The cleaned user.
   *
   * @throws RejectedUser with the reason, for a dead letter
   */
  static ObjectNode clean(byte[] raw) {
    ObjectNode user = parse(raw);
    String country = titleCase(text(user, "country").strip());
    if (country.isEmpty()) throw new RejectedUser("country: empty");
    String date = text(user, "date").strip();
    String ipAddress = text(user, "ip_address");
    String email = text(user, "email").strip().toLowerCase();
    int at = email.indexOf('@');
    try {
      user.put("date", LocalDate.parse(date, DATE).toString());
    } catch (DateTimeException e) {
      throw new RejectedUser("date: not a day of the calendar: " + date);
    }
    if (!isIpv4(ipAddress)) throw new RejectedUser("ip_address: not four numbers from 0 to 255: " + ipAddress);
    if (at <= 0 || at == email.length() - 1 || email.indexOf('@', at + 1) >= 0) {
      throw new RejectedUser("email: not an address: " + email);
    }
    user.put("country", country);
    user.put("email", email);
    return user;
  }

  private static ObjectNode parse(byte[] raw) {
    if (raw == null) throw new RejectedUser("value: null");
    try {
      if (Json.MAPPER.readTree(raw) instanceof ObjectNode user) return user;
    } catch (IOException e) {
      throw new RejectedUser("value: not JSON");
    }
    throw new RejectedUser("value: not an object");
  }

  /** The text of the field, empty if it is missing or no text: no rule lets that pass. */
  private static String text(ObjectNode user, String field) {
    JsonNode value = user.get(field);
    return value != null && value.isTextual() ? value.textValue() : "";
  }

  private static boolean isIpv4(String address) {
    int parts = 0;
    int digits = 0;
    int value = 0;
    for (int i = 0; i <= address.length(); i++) {
      char c = i < address.length() ? address.charAt(i) : '.';
      if (c == '.') {
        if (digits == 0 || value > 255) return false;
        parts++;
        digits = 0;
        value = 0;
      } else if (c >= '0' && c <= '9' && digits < 3) {
        digits++;
        value = value * 10 + (c - '0');
      } else {
        return false;
      }
    }
    return parts == 4;
  }

  private static String titleCase(String words) {
    StringBuilder title = new StringBuilder(words.length());
    boolean first = true;
    for (int i = 0; i < words.length(); i++) {
      char c = words.charAt(i);
      title.append(first ? Character.toUpperCase(c) : Character.toLowerCase(c));
      first = c == ' ';
    }
    return title.toString();
  }
}
