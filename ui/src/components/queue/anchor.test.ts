import { describe, expect, it } from "vitest";
import { hiddenAbove, keptOffset, type Place } from "./anchor";

const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const place = (more: Partial<Place>): Place => ({ ids: ids(1, 50), offset: 0, rowHeight: 100, viewport: 800, pointed: null, selected: null, ...more });

describe("rows do not jump under the hand", () => {
  it("with the pointer on a row, two rows from above push the list by two rows", () => {
    expect(keptOffset(place({ pointed: 3 }), [101, 102, ...ids(1, 50)])).toBe(200);
  });

  it("a row that goes above pulls it back", () => {
    expect(keptOffset(place({ offset: 1000, selected: 15 }), ids(2, 50))).toBe(900);
  });

  it("the pointer counts more than the selection", () => {
    const after = [1, 2, 3, 101, ...ids(4, 50)];
    expect(keptOffset(place({ pointed: 2, selected: 6 }), after)).toBe(0);
    expect(keptOffset(place({ pointed: 6, selected: 2 }), after)).toBe(100);
  });

  it("scrolled down, the first row in view stays", () => {
    expect(keptOffset(place({ offset: 1500 }), [101, ...ids(1, 50)])).toBe(1600);
  });

  it("a selection out of view holds nothing", () => {
    expect(keptOffset(place({ offset: 1500, selected: 2 }), [1, 2, 101, ...ids(3, 50)])).toBe(1600);
  });

  it("at the top with the pointer elsewhere, what is urgent comes in where it is seen", () => {
    expect(keptOffset(place({ selected: 1 }), [101, ...ids(1, 50)])).toBe(0);
  });

  it("when the row that is held has gone, the list stays where it is", () => {
    expect(keptOffset(place({ offset: 500, pointed: 7 }), ids(8, 50))).toBe(500);
  });
});

it("says what came above the view, and whether it is urgent", () => {
  const fresh = [{ at: 0, category: "emergency" }, { at: 1, category: "thanks" }, { at: 9, category: "other" }];
  expect(hiddenAbove(fresh, 200, 100)).toEqual({ count: 2, urgent: true });
  expect(hiddenAbove(fresh, 0, 100)).toEqual({ count: 0, urgent: false });
});
