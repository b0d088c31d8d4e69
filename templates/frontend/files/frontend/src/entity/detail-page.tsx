import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Row } from "@/api/types";
import { useRowId } from "@/app/address";
import { Guard } from "@/auth/guard";
import { useSession } from "@/auth/session";
import type { FormSchema } from "@/forms/schema";
import { Icon } from "@/ui/icon";
import { Loading, ProblemCard } from "@/ui/states";
import { useTitle } from "@/ui/title";
import { type Entity, nameOf, valueOf } from "./definition";
import { DeleteButton } from "./delete-button";
import { History } from "./history";
import { useLabels } from "./labels";
import { RelatedRows } from "./related-rows";
import { Value } from "./value";

interface DetailPageProps<R extends Row, S extends FormSchema> {
  entity: Entity<R, S>;
}

/** One row with its relations, and what may be done with it. */
export function EntityDetailPage<R extends Row, S extends FormSchema>(
  props: DetailPageProps<R, S>,
) {
  const id = useRowId();
  const { entity } = props;
  return (
    <Guard roles={entity.permissions.read}>
      <Detail key={id} entity={entity} id={id} />
    </Guard>
  );
}

function Detail<R extends Row, S extends FormSchema>(
  props: DetailPageProps<R, S> & { id: string },
) {
  const { entity, id } = props;
  const { data, error, refetch } = useQuery(entity.api.detail(id));
  if (error !== null && data === undefined) {
    return (
      <div className="page">
        <ProblemCard error={error} onRetry={() => void refetch()} />
      </div>
    );
  }
  return data === undefined ? <Loading /> : <Shown entity={entity} row={data} />;
}

function Shown<R extends Row, S extends FormSchema>({
  entity,
  row,
}: DetailPageProps<R, S> & { row: R }) {
  const { t } = useTranslation();
  const labels = useLabels(entity.labels);
  const { may } = useSession();
  const navigate = useNavigate();
  const name = nameOf(row, entity.display);
  useTitle(name);
  return (
    <div className="page">
      <p className="crumb">
        <Link to={entity.path}>{labels.plural}</Link>
      </p>
      <div className="page-head">
        <h1>{name}</h1>
        <div className="page-actions">
          {may(entity.permissions.update) && (
            <Link
              to={`${entity.path}/$id/edit`}
              params={{ id: String(row.id) }}
              className="button button-primary"
            >
              <Icon name="edit" />
              {t("actions.edit")}
            </Link>
          )}
          <DeleteButton
            entity={entity}
            row={row}
            onDeleted={() => void navigate({ to: entity.path })}
          />
        </div>
      </div>
      <dl className="sheet facts">
        {entity.fields
          .filter((spec) => !spec.sensitive)
          .map((spec) => (
            <div key={spec.name} className="fact" data-kind={spec.kind}>
              <dt>{labels.field(spec.name)}</dt>
              <dd>
                <Value spec={spec} value={valueOf(row, spec.name)} labels={labels} />
              </dd>
            </div>
          ))}
      </dl>
      {entity.related.map((related) => (
        <RelatedRows
          key={related.name}
          related={related}
          row={row}
          title={labels.field(related.name)}
          name={name}
        />
      ))}
      <History row={row} />
    </div>
  );
}
