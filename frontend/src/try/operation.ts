// What the kernel says of the operation that a form is for; see views/widgets/operation.py.

export type Schema = { [word: string]: any };
export type Place = "path" | "query" | "header" | "cookie" | "form";

export interface Parameter {
  name: string;
  in: Place;
  required?: boolean;
  description?: string;
  schema?: Schema;
}

/** One way to write the body. example: as text; empty where it is no text. */
export interface Content {
  media: string;
  schema: Schema;
  example: string;
  is_required: boolean;
}

/** A security scheme, as OpenAPI has it. */
export interface Scheme {
  type: "http" | "apiKey" | "oauth2" | "openIdConnect";
  description?: string;
  scheme?: string;
  in?: "header" | "query" | "cookie";
  name?: string;
  flows?: { password?: { tokenUrl: string; scopes?: Record<string, string> } };
}

export interface Operation {
  method: string;
  path: string;
  summary: string;
  description: string;
  parameters: Parameter[];
  contents: Content[];
  security: Record<string, Scheme>;
  schemas: Record<string, Schema>;
  /** Whether it is served no more. */
  gone?: boolean;
}

/** Methods whose body means something (RFC 9110, section 9.3). */
const WITH_BODY = ["POST", "PUT", "PATCH"];
const ANYTHING: Content = { media: "*/*", schema: {}, example: "", is_required: false };

/** What a body can be. An endpoint that reads it from the request declares none, and may be sent any. */
export const contentsOf = ({ method, contents }: Operation): Content[] =>
  contents.length || !WITH_BODY.includes(method) ? contents : [ANYTHING];

export const isForm = (media: string): boolean =>
  media === "multipart/form-data" || media === "application/x-www-form-urlencoded";

export const isJson = (media: string): boolean => /^application\/(.+\+)?json\b/.test(media);
