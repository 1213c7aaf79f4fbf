package io.iambridge.server.plan.text;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iambridge.server.plan.model.TrustWork;
import io.iambridge.server.plan.trust.TrustDocument;
import io.iambridge.server.roles.RoleArn;
import java.util.SortedMap;

/** Writes trust policies: as they are to be, as they were, and as they are in the end. */
final class Trusts {
  private Trusts() {}

  static void write(String folder, TrustWork work, SortedMap<String, String> files) {
    String text = work.merged().document().text();
    String name = work.file();
    if (work.statementOnly()) {
      files.put(folder + "/trust/" + name + ".statement.json", text);
    } else if (!work.merged().fits()) {
      files.put(folder + "/trust/" + name + ".too-long.json", text);
    } else {
      files.put(folder + "/trust/" + name + ".json", text);
    }
    work.before()
        .ifPresent(
            before -> files.put(folder + "/rollback/trust/" + name + ".json", before.text()));
    if (work.replanned() && work.replaces()) {
      work.now()
          .ifPresent(now -> files.put(folder + "/trust/" + name + ".present.json", now.text()));
    }
    work.retired()
        .filter(retired -> work.merged().fits() && !retired.isEmpty())
        .ifPresent(retired -> files.put(folder + "/retire/" + name + ".json", retired.text()));
    work.chainsTo()
        .ifPresent(target ->
            files.put(
                folder + "/trust/" + name + ".permission.json",
                TrustDocument.text(permission(target))));
  }

  /** The one permission of a role that pods have on the way to another one. */
  static ObjectNode permission(RoleArn target) {
    ObjectNode policy = JsonNodeFactory.instance.objectNode();
    policy.put("Version", "2012-10-17");
    ObjectNode statement = policy.putArray("Statement").addObject();
    statement.put("Effect", "Allow");
    statement.putArray("Action").add("sts:AssumeRole").add("sts:TagSession");
    statement.put("Resource", target.toString());
    return policy;
  }
}
