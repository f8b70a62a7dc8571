import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * Runs conformance cases in the TopologyTestDriver.
 *
 * <p>Its arguments are a file with an array of cases, and the file that gets an array with their answers, in their
 * order. The answer of a case that can't be run has {@code invalid}, the reason, alone.
 */
public final class JavaOracle {
  private JavaOracle() {}

  public static void main(String[] args) throws IOException {
    ArrayNode answers = Values.NODES.arrayNode();
    for (JsonNode conformanceCase : Values.MAPPER.readTree(new File(args[0]))) {
      answers.add(answer(conformanceCase));
    }
    Values.MAPPER.writeValue(new File(args[1]), answers);
  }

  private static ObjectNode answer(JsonNode conformanceCase) throws IOException {
    Path stateDirectory = Files.createTempDirectory("conformance-state-");
    try {
      return CaseRun.answer(conformanceCase, stateDirectory);
    } catch (InvalidCaseException e) {
      return invalid(e.getMessage());
    } catch (RuntimeException e) {
      return invalid(ErrorText.of(e));
    } finally {
      delete(stateDirectory);
    }
  }

  private static ObjectNode invalid(String reason) {
    return Values.NODES.objectNode().put("invalid", reason);
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
    }
  }
}
