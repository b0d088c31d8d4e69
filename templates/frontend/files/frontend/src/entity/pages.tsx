import type { ComponentType } from "react";
import type { Row } from "@/api/types";
import { Field } from "@/forms/field";
import type { FormSchema } from "@/forms/schema";
import { editable } from "@/forms/values";
import type { Entity } from "./definition";
import { EntityDetailPage } from "./detail-page";
import { EntityCreatePage, EntityEditPage } from "./form-page";
import { EntityListPage } from "./list-page";

export type EntityPages = Readonly<Record<"create" | "detail" | "edit" | "list", ComponentType>>;

/** The four pages of an entity, made from its description alone. */
export function entityPages<R extends Row, S extends FormSchema>(
  entity: Entity<R, S>,
): EntityPages {
  const fields = editable(entity.fields).map(({ name }) => <Field key={name} name={name} />);
  return {
    create: () => <EntityCreatePage entity={entity}>{fields}</EntityCreatePage>,
    detail: () => <EntityDetailPage entity={entity} />,
    edit: () => <EntityEditPage entity={entity}>{fields}</EntityEditPage>,
    list: () => <EntityListPage entity={entity} />,
  };
}
