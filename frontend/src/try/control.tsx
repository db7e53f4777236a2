// One field of a form: its label, its control, and what is wrong with it.
import type { Field } from "./fields";

interface Props {
  field: Field;
  value: string;
  fault?: string;
  change(value: string): void;
  choose(files: File[]): void;
}

export function Control({ field, value, fault, change, choose }: Props) {
  const id = `field-${field.key}`;
  const notes = [field.about, field.hint].filter(Boolean).join(" · ");
  const described = [`${id}-kind`, notes && `${id}-note`, fault && `${id}-fault`].filter(Boolean).join(" ");
  const common = {
    id,
    class: "field",
    "aria-invalid": fault ? ("true" as const) : undefined,
    "aria-describedby": described,
    "aria-required": field.isRequired || undefined,
    onInput: (event: any) => change(event.currentTarget.value),
  };
  return (
    <div class="row">
      <div class="named">
        <label class="mono" for={id}>{field.name}</label>
        {field.isRequired && <span class="bad" title="required" aria-hidden="true"> *</span>}
        <span class="dim kind" id={`${id}-kind`}>{kindOf(field)}</span>
      </div>
      <div>
        <Input field={field} value={value} common={common} choose={choose} />
        {notes && <div class="dim note" id={`${id}-note`}>{notes}</div>}
        {fault && <div class="bad note" id={`${id}-fault`}>{fault}</div>}
      </div>
    </div>
  );
}

function Input({ field, value, common, choose }: Pick<Props, "field" | "value" | "choose"> & { common: any }) {
  if (field.kind === "file") {
    const chosen = (event: any) => choose([...event.currentTarget.files]);
    return <input {...common} type="file" multiple={field.isMany} onInput={undefined} onChange={chosen} />;
  }
  if (field.isMany) {
    const placeholder = field.placeholder || "one value in a line";
    return <textarea {...common} rows={2} value={value} placeholder={placeholder} spellcheck={false} />;
  }
  if (field.kind === "json") return <textarea {...common} rows={3} value={value} spellcheck={false} />;
  if (field.kind === "choice") {
    return (
      <select {...common} value={value}>
        <option value="">{field.placeholder ? `— (${field.placeholder})` : "—"}</option>
        {field.choices.map((each) => (
          <option value={each}>{each}</option>
        ))}
      </select>
    );
  }
  const type = { date: "date", secret: "password" }[field.kind as string] ?? "text";
  // Text, not `type=number`: what is no number is for the endpoint to refuse, and big ones stay exact.
  const inputmode = { integer: "numeric", number: "decimal" }[field.kind as string];
  return (
    <input
      {...common}
      type={type}
      inputmode={inputmode}
      value={value}
      placeholder={field.placeholder}
      autocomplete={type === "password" ? "new-password" : "off"}
      spellcheck={false}
    />
  );
}

function kindOf(field: Field): string {
  const isBoolean = field.choices[0] === "true";
  const kind = field.kind === "choice" ? (isBoolean ? "boolean" : "one of these") : field.kind;
  return field.isMany ? `${kind}, several` : kind;
}
