// What the server said when it refused, word for word, and nothing that it did not say.
export function Refused({ error, children }: { error: Error; children?: React.ReactNode }) {
  return (
    <div className="refused" role="alert">
      <h2>The server did not answer</h2>
      <p className="said">{messageOf(error)}</p>
      {children}
    </div>
  );
}

export const messageOf = (error: Error) => error.message || String(error);
