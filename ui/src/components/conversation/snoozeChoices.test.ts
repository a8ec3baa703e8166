import { describe, expect, it } from "vitest";
import { snoozeChoices } from "./snoozeChoices";

const ids = (now: string) => snoozeChoices(Date.parse(now)).map(({ id }) => id);

describe("moments to snooze until", () => {
  it("offer the evening only while it is far enough", () => {
    expect(ids("2027-03-24T09:00:00+01:00")).toEqual(["hour", "three_hours", "evening", "tomorrow", "monday"]);
    expect(ids("2027-03-24T17:30:00+01:00")).not.toContain("evening");
  });

  it("do not say Monday on a Sunday, where tomorrow says it", () => {
    expect(ids("2027-03-28T10:00:00+02:00")).not.toContain("monday");
  });

  it("tomorrow morning is 8:00 by the clock, also across the change of clocks", () => {
    const tomorrow = snoozeChoices(Date.parse("2027-03-27T10:00:00+01:00")).find(({ id }) => id === "tomorrow");
    expect(new Date(tomorrow?.until ?? 0).toISOString()).toBe("2027-03-28T06:00:00.000Z");
  });
});
