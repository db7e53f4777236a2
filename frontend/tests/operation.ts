// An operation as the kernel tells it, for tests.
import type { Operation } from "../src/try/operation";

export const operation = (more: Partial<Operation> = {}): Operation => ({
  method: "GET", path: "/items", summary: "", description: "", parameters: [], contents: [], security: {}, schemas: {}, ...more,
});
