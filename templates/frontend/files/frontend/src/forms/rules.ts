import i18n from "i18next";
import { z } from "zod";
import type { Id, Ref } from "@/api/types";
import type en from "@/i18n/locales/en.json";
import { parseDuration } from "@/lib/duration";
import { formatNumber } from "@/lib/format";

/** A rule's message in the visitor's language. */
type Message = readonly [key: RuleKey, values?: Record<string, string | number>];
type RuleKey = keyof (typeof en)["rules"];

interface Presence {
  required?: true;
}
type Sent<T, P extends Presence> = P extends { required: true } ? T : T | null;
type Rule<T, P extends Presence> = z.ZodType<Sent<T, P>, string>;

interface TextRule extends Presence {
  minLength?: number;
  maxLength?: number;
  /** A regular expression that the whole text matches. */
  pattern?: string;
  /** A text that matches it. */
  example?: string;
}

interface RangeRule extends Presence {
  min?: number | string;
  max?: number | string;
}

/** Numbers come as the API writes them: the inputs have read them in the visitor's language. */
const FLOAT = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;

/** A short or long text. */
export function text<const P extends TextRule>(rule: P = {} as P): Rule<string, P> {
  return scalar(rule, (value) => checkText(value, rule) ?? { value });
}

export function email<const P extends TextRule>(rule: P = {} as P): Rule<string, P> {
  return scalar(rule, (value) =>
    z.email().safeParse(value).success ? (checkText(value, rule) ?? { value }) : fail("email"),
  );
}

export function url<const P extends TextRule>(rule: P = {} as P): Rule<string, P> {
  return scalar(rule, (value) =>
    /^https?:\/\/\S+$/i.test(value) && URL.canParse(value)
      ? (checkText(value, rule) ?? { value })
      : fail("url"),
  );
}

export function uuid<const P extends Presence>(rule: P = {} as P): Rule<string, P> {
  return scalar(rule, (value) =>
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value) ? { value } : fail("uuid"),
  );
}

export function integer<const P extends RangeRule>(rule: P = {} as P): Rule<number, P> {
  return scalar(rule, (value) => {
    const number = Number(value);
    if (!/^-?\d+$/.test(value) || !Number.isSafeInteger(number)) return fail("integer");
    if (Math.abs(number) > 2_147_483_647) return fail("integer");
    return checkRange(number, rule) ?? { value: number };
  });
}

/** A whole number that may be too large for a JavaScript number; sent as text. */
export function bigint<const P extends RangeRule>(rule: P = {} as P): Rule<string, P> {
  return scalar(rule, (value) => {
    if (!/^-?\d{1,19}$/.test(value)) return fail("integer");
    const number = BigInt(value);
    if (number > 9_223_372_036_854_775_807n || number < -9_223_372_036_854_775_808n) {
      return fail("integer");
    }
    const { max, min } = rule;
    if (min !== undefined && number < BigInt(min)) return fail("min", { min: shown(min) });
    if (max !== undefined && number > BigInt(max)) return fail("max", { max: shown(max) });
    return { value };
  });
}

export function float<const P extends RangeRule>(rule: P = {} as P): Rule<number, P> {
  return scalar(rule, (value) => {
    const number = FLOAT.test(value) ? Number(value) : NaN;
    return Number.isFinite(number)
      ? (checkRange(number, rule) ?? { value: number })
      : fail("number");
  });
}

/** A decimal number; sent as text, so that no digit is lost. */
export function decimal<const P extends RangeRule & { precision: number; scale: number }>(
  rule: P,
): Rule<string, P> {
  return scalar(rule, (value) => {
    const match = /^-?(\d+)(?:\.(\d+))?$/.exec(value);
    if (match === null) return fail("number");
    const whole = (match[1] ?? "").replace(/^0+/, "");
    if ((match[2] ?? "").length > rule.scale) return fail("scale", { count: rule.scale });
    if (whole.length > rule.precision - rule.scale) {
      return fail("precision", { count: rule.precision - rule.scale });
    }
    return checkRange(Number(value), rule) ?? { value };
  });
}

export function date<const P extends RangeRule>(rule: P = {} as P): Rule<string, P> {
  return scalar(rule, (value) => checkOrder(value, rule) ?? { value });
}

export function time<const P extends RangeRule>(rule: P = {} as P): Rule<string, P> {
  const { max, min } = rule;
  return scalar(rule, (value) => {
    const seconds = withSeconds(value);
    if (min !== undefined && seconds < withSeconds(min)) return fail("from", { min });
    if (max !== undefined && seconds > withSeconds(max)) return fail("until", { max });
    return { value };
  });
}

/** 09:30 and 09:30:00 are the same time. */
function withSeconds(time: number | string): string {
  return `${time}:00`.slice(0, 8);
}

/** A moment; typed in the visitor's time zone, sent in UTC. */
export function datetime<const P extends RangeRule>(rule: P = {} as P): Rule<string, P> {
  return scalar(rule, (value) => {
    const moment = new Date(value);
    if (Number.isNaN(moment.getTime())) return fail("invalid");
    const { max, min } = rule;
    if (min !== undefined && moment < new Date(min)) return fail("from", { min });
    if (max !== undefined && moment > new Date(max)) return fail("until", { max });
    return { value: moment.toISOString() };
  });
}

/** A length of time such as `1h 30m`; sent as ISO 8601. */
export function duration<const P extends RangeRule>(rule: P = {} as P): Rule<string, P> {
  return scalar(rule, (value) => {
    const seconds = parseDuration(value);
    if (seconds === null) return fail("duration");
    const { max, min } = rule;
    if (min !== undefined && seconds < (parseDuration(String(min)) ?? 0))
      return fail("min", { min });
    if (max !== undefined && seconds > (parseDuration(String(max)) ?? 0))
      return fail("max", { max });
    return { value: `${seconds < 0 ? "-" : ""}PT${Math.abs(seconds)}S` };
  });
}

interface ChoiceRule extends Presence {
  values: readonly string[];
}

/** One of some names. */
export function choice<const P extends ChoiceRule>(rule: P): Rule<P["values"][number], P> {
  return scalar(rule, (value) => (rule.values.includes(value) ? { value } : fail("invalid")));
}

/** The id of an uploaded file. */
export function file<const P extends Presence>(rule: P = {} as P): Rule<string, P> {
  return scalar(rule, (value) => ({ value }));
}

export function json<const P extends Presence>(rule: P = {} as P): z.ZodType<unknown, string> {
  return scalar(rule, (value) => {
    try {
      return { value: JSON.parse(value) as unknown };
    } catch {
      return fail("json");
    }
  });
}

/** A yes or no; without `required` it may also be unknown. */
export function boolean<const P extends Presence>(
  rule: P = {} as P,
): z.ZodType<Sent<boolean, P>, boolean | null> {
  const schema = rule.required ? z.boolean() : z.boolean().nullable();
  return schema as unknown as z.ZodType<Sent<boolean, P>, boolean | null>;
}

/** A yes or no that is written as a word, in lists. */
export function truth<const P extends Presence>(rule: P = {} as P): Rule<boolean, P> {
  return scalar(rule, (value) =>
    ["true", "false"].includes(value) ? { value: value === "true" } : fail("truth"),
  );
}

interface PointInput {
  lat: string;
  lng: string;
}

/** A place on earth in degrees. */
export function point<const P extends Presence>(
  rule: P = {} as P,
): z.ZodType<Sent<{ lat: number; lng: number }, P>, PointInput> {
  const schema = z
    .object({ lat: z.string(), lng: z.string() })
    .transform((value, context): { lat: number; lng: number } | null => {
      if (value.lat.trim() === "" && value.lng.trim() === "") {
        if (!rule.required) return null;
        context.addIssue({ code: "custom", message: describe(["required"]) });
        return z.NEVER;
      }
      const lat = FLOAT.test(value.lat) ? Number(value.lat) : NaN;
      const lng = FLOAT.test(value.lng) ? Number(value.lng) : NaN;
      if (Math.abs(lat) <= 90 && Math.abs(lng) <= 180) return { lat, lng };
      context.addIssue({ code: "custom", message: describe(["point"]) });
      return z.NEVER;
    });
  return schema as unknown as z.ZodType<Sent<{ lat: number; lng: number }, P>, PointInput>;
}

interface ListRule<T> extends Presence {
  item: z.ZodType<T, string>;
  minLength?: number;
  maxLength?: number;
}

/** Several values of one kind. */
export function list<T, const P extends ListRule<T>>(
  rule: P & ListRule<T>,
): z.ZodType<Sent<z.output<P["item"]>[], P>, string[]> {
  const schema = z
    .array(rule.item)
    .superRefine((items, context) => {
      const message = checkCount(items.length, rule);
      if (message !== undefined) context.addIssue({ code: "custom", message: describe(message) });
    })
    .transform((items) => (items.length === 0 && !rule.required ? null : items));
  return schema as unknown as z.ZodType<Sent<z.output<P["item"]>[], P>, string[]>;
}

/** A row of another entity; sent as its id. */
export function reference<I extends Id>() {
  return <const P extends Presence>(rule: P = {} as P): z.ZodType<Sent<I, P>, Ref | null> => {
    const schema = z.custom<Ref | null>().transform((value, context): Id | null => {
      if (value !== null) return value.id;
      if (rule.required) context.addIssue({ code: "custom", message: describe(["required"]) });
      return null;
    });
    return schema as unknown as z.ZodType<Sent<I, P>, Ref | null>;
  };
}

type Attributes = Record<string, z.ZodType>;
type Link<I extends Id, A extends Attributes> = { id: I } & z.output<z.ZodObject<A>>;

interface LinksRule<A extends Attributes> extends Presence {
  attributes?: A;
}

/** Rows of another entity; sent as their ids, with the attributes of the relation. */
export function references<I extends Id>() {
  return <A extends Attributes = Record<string, never>>(
    rule: LinksRule<A> = {},
  ): z.ZodType<Link<I, A>[], Ref[]> => {
    const link = z.object({ ...rule.attributes, id: z.custom<Id>(), display: z.string() });
    const schema = z
      .array(link)
      .superRefine((links, context) => {
        if (rule.required && links.length === 0) {
          context.addIssue({ code: "custom", message: describe(["required"]) });
        }
      })
      .transform((links) => links.map(withoutDisplay));
    return schema as unknown as z.ZodType<Link<I, A>[], Ref[]>;
  };
}

function withoutDisplay(link: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(link).filter(([name]) => name !== "display"));
}

type Outcome<T> = { value: T } | { message: Message };

function scalar<T, P extends Presence>(rule: P, read: (text: string) => Outcome<T>): Rule<T, P> {
  const schema = z.string().transform((raw, context): T | null => {
    if (raw.trim() === "") {
      if (!rule.required) return null;
      context.addIssue({ code: "custom", message: describe(["required"]) });
      return z.NEVER;
    }
    const outcome = read(raw);
    if ("value" in outcome) return outcome.value;
    context.addIssue({ code: "custom", message: describe(outcome.message) });
    return z.NEVER;
  });
  return schema as unknown as Rule<T, P>;
}

function fail(key: RuleKey, values?: Record<string, string | number>): { message: Message } {
  return { message: values === undefined ? [key] : [key, values] };
}

function describe([key, values]: Message): string {
  return i18n.t(`rules.${key}`, values ?? {});
}

function checkText(value: string, rule: TextRule): { message: Message } | undefined {
  const length = Array.from(value).length; // as the server counts: an emoji is one
  if (rule.minLength !== undefined && length < rule.minLength) {
    return fail("min_length", { count: rule.minLength });
  }
  if (rule.maxLength !== undefined && length > rule.maxLength) {
    return fail("max_length", { count: rule.maxLength });
  }
  if (rule.pattern === undefined || matches(value, rule.pattern)) return undefined;
  return rule.example === undefined
    ? fail("pattern")
    : fail("pattern_example", { example: rule.example });
}

/** By whole characters where the pattern allows it; what JavaScript cannot read is left to the server. */
function matches(value: string, pattern: string): boolean {
  for (const flags of ["u", ""]) {
    try {
      return new RegExp(`^(?:${pattern})$`, flags).test(value);
    } catch {
      // The next flags may do.
    }
  }
  return true;
}

function checkCount(count: number, rule: ListRule<unknown>): Message | undefined {
  const mayBeNull = count === 0 && !rule.required;
  if (rule.minLength !== undefined && !mayBeNull && count < rule.minLength) {
    return ["min_items", { count: rule.minLength }];
  }
  if (rule.maxLength !== undefined && count > rule.maxLength) {
    return ["max_items", { count: rule.maxLength }];
  }
  return undefined;
}

function checkRange(value: number, { max, min }: RangeRule): { message: Message } | undefined {
  if (min !== undefined && value < Number(min)) return fail("min", { min: shown(min) });
  if (max !== undefined && value > Number(max)) return fail("max", { max: shown(max) });
  return undefined;
}

function shown(limit: number | string): string {
  return formatNumber(limit, i18n.language);
}

/** Dates and times as ISO text sort as they are. */
function checkOrder(value: string, { max, min }: RangeRule): { message: Message } | undefined {
  if (min !== undefined && value < String(min)) return fail("from", { min });
  if (max !== undefined && value > String(max)) return fail("until", { max });
  return undefined;
}
