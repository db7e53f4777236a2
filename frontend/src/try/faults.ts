// Validation errors, pinned to the fields that they are about.
import { parsed } from "../core/json";

export interface Fault {
  loc: (string | number)[];
  msg: string;
}

/** The faults that a response with status 422 tells of. */
export function faultsIn(text: string): Fault[] {
  const document: any = parsed(text);
  const detail = document?.detail ?? document?.errors;
  if (!Array.isArray(detail)) return [];
  return detail.flatMap((each) =>
    Array.isArray(each?.loc) && typeof each.msg === "string" ? [{ loc: each.loc.map(plainPart), msg: each.msg }] : [],
  );
}

const plainPart = (part: unknown) => (typeof part === "number" ? part : String(part));

/** Faults by the key of the field that they are about, and those of the body as a whole. */
export function pinned(faults: Fault[], keys: string[]): { fields: Record<string, string>; body: Fault[] } {
  const fields: Record<string, string> = {};
  const body: Fault[] = [];
  // A header is asked for by one name and known by another: x-token, x_token, X-Token.
  const known = new Map(keys.map((key) => [plainKey(key), key]));
  for (const fault of faults) {
    const [place, name] = fault.loc;
    const key = known.get(plainKey(`${place === "body" ? "form" : place}:${name}`));
    const where = fault.loc.slice(2).join(".");
    const told = where ? `${where}: ${fault.msg}` : fault.msg;
    if (key) fields[key] = fields[key] ? `${fields[key]}; ${told}` : told;
    else body.push(fault);
  }
  return { fields, body };
}

const plainKey = (key: string): string => key.toLowerCase().replaceAll("_", "-");

/** Where a fault of the body is, in words: "tags.0". */
export const whereIn = (fault: Fault): string => (fault.loc[0] === "body" ? fault.loc.slice(1) : fault.loc).join(".");
