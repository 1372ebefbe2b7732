import { ArrowLeft, ArrowRight, EyeOff, FileCode2, KeyRound, Lock, Pencil, Play } from 'lucide-react';
import { useEffect } from 'react';
import { Link } from 'wouter';
import type { JoinEdge, ModelFolder, ModelHolder, ModelMember } from '../api/model';
import { buildPath, filePath, holderPath } from './address';
import styles from './Holder.module.css';
import { ownName } from './search';
import { counted, formatWords, RELATIONSHIP_WORDS } from './words';

const SECTIONS = [
  { kind: 'measures', title: 'Measures' },
  { kind: 'dimensions', title: 'Dimensions' },
  { kind: 'segments', title: 'Segments' },
] as const;

/** Everything that the model says of a cube or view. */
export function Holder({
  holder,
  joins,
  member,
}: {
  holder: ModelHolder;
  joins: readonly JoinEdge[];
  /** The member that somebody came for. */
  member: string | null;
}) {
  const own = joins.filter((join) => join.source === holder.name);
  const theirs = joins.filter((join) => join.target === holder.name);
  const measure = holder.measures[0];

  useEffect(() => {
    if (member !== null) document.getElementById(`member-${member}`)?.scrollIntoView({ block: 'center' });
  }, [member]);

  return (
    <article className={styles.holder} aria-labelledby="holder-title">
      <Link href="/model" className={styles.back}>
        <ArrowLeft aria-hidden="true" /> All cubes and views
      </Link>
      <header className={styles.head}>
        <div>
          <h2 id="holder-title" className={styles.title}>
            {holder.title}
          </h2>
          <p className={styles.names}>
            <code>{holder.name}</code>
            <span className={styles.badge}>{holder.type}</span>
            {!holder.public && (
              <span className={styles.badge}>
                <EyeOff aria-hidden="true" /> hidden
              </span>
            )}
            {holder.policies > 0 && (
              <span className={styles.badge}>
                <Lock aria-hidden="true" />{' '}
                {counted(holder.policies, 'policy').replace('policys', 'policies')}
              </span>
            )}
          </p>
        </div>
        <div className={styles.links}>
          {holder.fileName !== undefined && (
            <Link href={filePath(holder.fileName, holder.line)} className={styles.link}>
              <FileCode2 aria-hidden="true" /> {holder.fileName}
              {holder.line !== undefined && `:${holder.line}`}
            </Link>
          )}
          {measure !== undefined && (
            <Link href={buildPath({ measures: [measure.name] })} className={styles.link}>
              <Play aria-hidden="true" /> Build a query
            </Link>
          )}
        </div>
      </header>
      {holder.description !== undefined && <p className={styles.description}>{holder.description}</p>}
      {holder.sql !== undefined && (
        <dl className={styles.facts}>
          <dt>{holder.isQuery ? 'Query' : 'Table'}</dt>
          <dd>
            {holder.isQuery ? (
              <pre className={styles.query}>{holder.sql.trim()}</pre>
            ) : (
              <code>{holder.sql}</code>
            )}
          </dd>
          {holder.dataSource !== 'default' && (
            <>
              <dt>Data source</dt>
              <dd>
                <code>{holder.dataSource}</code>
              </dd>
            </>
          )}
          {holder.extends !== undefined && (
            <>
              <dt>Extends</dt>
              <dd>
                <Link href={holderPath(holder.extends)}>{holder.extends}</Link>
              </dd>
            </>
          )}
        </dl>
      )}
      {SECTIONS.map(({ kind, title }) => (
        <Members key={kind} title={title} kind={kind} members={holder[kind]} wanted={member} />
      ))}
      {holder.hierarchies.length > 0 && (
        <section className={styles.section} aria-labelledby="hierarchies">
          <h3 id="hierarchies">Hierarchies</h3>
          <ul className={styles.plain}>
            {holder.hierarchies.map((one) => (
              <li key={one.name}>
                <b>{one.title ?? ownName(one.name)}</b>
                <span className={styles.levels}>
                  {one.levels.map((level, index) => (
                    <span key={level}>
                      {index > 0 && <ArrowRight aria-label="then" />}
                      <code>{ownName(level)}</code>
                    </span>
                  ))}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {holder.nestedFolders.length > 0 && (
        <section className={styles.section} aria-labelledby="folders">
          <h3 id="folders">Folders</h3>
          <Folders folders={holder.nestedFolders} />
        </section>
      )}
      {own.length + theirs.length > 0 && (
        <section className={styles.section} aria-labelledby="joins">
          <h3 id="joins">Joins</h3>
          <ul className={styles.plain}>
            {own.map((join) => (
              <li key={`to ${join.target}`}>
                <Link href={holderPath(join.target)}>{join.target}</Link>{' '}
                {RELATIONSHIP_WORDS[join.relationship]}
                <code className={styles.sql}>{join.sql}</code>
              </li>
            ))}
            {theirs.map((join) => (
              <li key={`from ${join.source}`}>
                from <Link href={holderPath(join.source)}>{join.source}</Link>{' '}
                {RELATIONSHIP_WORDS[join.relationship]}
                <code className={styles.sql}>{join.sql}</code>
              </li>
            ))}
          </ul>
        </section>
      )}
    </article>
  );
}

function Folders({ folders }: { folders: readonly ModelFolder[] }) {
  return (
    <ul className={styles.folders}>
      {folders.map((folder) => (
        <li key={folder.name}>
          <b>{folder.name}</b>
          <ul className={styles.folders}>
            {folder.members.map((member) =>
              typeof member === 'string' ? (
                <li key={member}>
                  <code>{ownName(member)}</code>
                </li>
              ) : (
                <li key={member.name}>
                  <Folders folders={[member]} />
                </li>
              ),
            )}
          </ul>
        </li>
      ))}
    </ul>
  );
}

function Members({
  title,
  kind,
  members,
  wanted,
}: {
  title: string;
  wanted: string | null;
  kind: (typeof SECTIONS)[number]['kind'];
  members: readonly ModelMember[];
}) {
  if (members.length === 0) return null;
  return (
    <section className={styles.section} aria-labelledby={kind}>
      <h3 id={kind}>
        {title} <span className={styles.count}>{members.length}</span>
      </h3>
      <div className={styles.table}>
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              {kind !== 'segments' && <th scope="col">Type</th>}
              {kind !== 'segments' && <th scope="col">Format</th>}
              <th scope="col">SQL</th>
            </tr>
          </thead>
          <tbody>
            {members.map((member) => (
              <tr
                key={member.name}
                id={`member-${ownName(member.name)}`}
                data-on={ownName(member.name) === wanted || undefined}
              >
                <th scope="row">
                  <span className={styles.member}>
                    <span className={`${styles.dot} ${styles[kind]}`} aria-hidden="true" />
                    {member.shortTitle}
                    {member.primaryKey && <KeyRound aria-label="primary key" />}
                    {member.public === false && <EyeOff aria-label="hidden" />}
                  </span>
                  <code className={styles.own}>{ownName(member.name)}</code>
                  {member.description !== undefined && (
                    <span className={styles.about}>{member.description}</span>
                  )}
                </th>
                {kind !== 'segments' && (
                  <td data-label="Type">{kind === 'measures' ? member.aggType : member.type}</td>
                )}
                {kind !== 'segments' && <td data-label="Format">{formatWords(member)}</td>}
                <td data-label={member.aliasMember === undefined && !member.sql ? undefined : 'SQL'}>
                  <span className={styles.cell}>
                    {member.aliasMember !== undefined ? (
                      <Link
                        href={holderPath(member.aliasMember.split('.')[0] ?? '', ownName(member.aliasMember))}
                      >
                        {member.aliasMember}
                      </Link>
                    ) : (
                      <code className={styles.sql}>{member.sql?.trim()}</code>
                    )}
                    {member.fileName !== undefined && (
                      <Link
                        href={filePath(member.fileName, member.line)}
                        className={styles.edit}
                        aria-label={`Edit ${member.shortTitle} in ${member.fileName}`}
                      >
                        <Pencil aria-hidden="true" />
                      </Link>
                    )}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
