using Microsoft.Data.Sqlite;
using Provenance.Attestor.Certificates;

namespace Provenance.Attestor.Lookups;

/// <summary>
/// Which attestation names which digest, in SQLite. It is derived from the bundles in the store and may be deleted at any time: it is
/// rebuilt when it is missing, of another version, or was not closed.
/// </summary>
public sealed class AttestationIndex : IDisposable
{
    private const int SchemaVersion = 2;

    private const string Schema = """
        CREATE TABLE attestation (
            id INTEGER PRIMARY KEY, bundle TEXT NOT NULL UNIQUE, predicate_type TEXT NOT NULL, verified_by TEXT, subject TEXT, issuer TEXT,
            invocation TEXT, run TEXT, outcome TEXT, builder TEXT, build_type TEXT, started TEXT, finished TEXT);
        CREATE TABLE location (attestation INTEGER NOT NULL REFERENCES attestation, reference TEXT NOT NULL, PRIMARY KEY (attestation, reference)) WITHOUT ROWID;
        CREATE TABLE artifact (attestation INTEGER NOT NULL REFERENCES attestation, role INTEGER NOT NULL, position INTEGER NOT NULL, name TEXT, uri TEXT, digest TEXT);
        CREATE INDEX artifact_by_digest ON artifact (digest, role);
        CREATE INDEX artifact_by_attestation ON artifact (attestation, role, position);
        """;

    private readonly SqliteConnection connection;
    private readonly TrustedSigners trusted;
    private readonly Lock turn = new();

    private AttestationIndex(SqliteConnection connection, TrustedSigners trusted, bool isComplete)
    {
        this.connection = connection;
        this.trusted = trusted;
        IsComplete = isComplete;
    }

    private enum Role
    {
        Subject,
        Dependency,
        Byproduct,
    }

    /// <summary>Whether the index holds everything that was stored when it was closed; if not, it is to be filled from the store.</summary>
    public bool IsComplete { get; }

    /// <summary>Whether who signed is known of everything in the index by what is trusted now. If not, all of it is to be read from the store again.</summary>
    internal bool IsCurrent { get; set; } = true;

    /// <summary>
    /// Opens the index in a file, or makes a new one where the file is missing, damaged, of another version, or was filled when other
    /// keys or roots were trusted: what a key has verified that is trusted no longer must not be shown as verified.
    /// </summary>
    public static AttestationIndex Open(string path, TrustedSigners trusted)
    {
        ArgumentNullException.ThrowIfNull(trusted);
        SQLitePCL.Batteries_V2.Init();
        long trust = trusted.Mark;
        if (File.Exists(path))
        {
            try
            {
                var existing = Connect(path);
                // user_version is the schema's version while the index is closed, and 0 while it is open or after a crash.
                if (Scalar(existing, "PRAGMA user_version") is (long)SchemaVersion && Scalar(existing, "PRAGMA application_id") is long found && found == trust)
                {
                    // Durable before anything is added: after a power cut the index must not pass for one that was closed.
                    Execute(existing, "PRAGMA synchronous = FULL; PRAGMA user_version = 0; PRAGMA synchronous = NORMAL");
                    return new AttestationIndex(existing, trusted, isComplete: true);
                }

                existing.Dispose();
            }
            catch (SqliteException)
            {
                // A damaged index is worth nothing: everything in it can be read from the store again.
            }

            foreach (string leftover in (string[])[path, path + "-wal", path + "-shm"])
            {
                File.Delete(leftover);
            }
        }

        var created = Connect(path);
        Execute(created, Schema);
        return new AttestationIndex(created, trusted, isComplete: false);
    }

    /// <summary>Adds an attestation; of a known one, a further place where it is stored, and who signed it by what is trusted now.</summary>
    public void Add(IndexedAttestation attestation)
    {
        ArgumentNullException.ThrowIfNull(attestation);
        lock (turn)
        {
            using var transaction = connection.BeginTransaction();
            object? known = Scalar(connection, "SELECT id FROM attestation WHERE bundle = $bundle", ("$bundle", attestation.Bundle));
            long id = known is long found ? Update(found, attestation) : Insert(attestation);
            foreach (string reference in attestation.References)
            {
                Execute(connection, "INSERT OR IGNORE INTO location VALUES ($id, $reference)", ("$id", id), ("$reference", reference));
            }

            transaction.Commit();
        }
    }

    /// <summary>The attestations that have the digest as a subject, verified ones first, then oldest first, at most <paramref name="limit"/>.</summary>
    public IReadOnlyList<IndexedAttestation> FindBySubject(string digest, int limit) => Find(digest, Role.Subject, limit);

    /// <summary>The attestations of runs that the digest went into, in the same order, at most <paramref name="limit"/>.</summary>
    public IReadOnlyList<IndexedAttestation> FindByDependency(string digest, int limit) => Find(digest, Role.Dependency, limit);

    /// <summary>The attestations of runs that made the digest on the way, in the same order, at most <paramref name="limit"/>.</summary>
    public IReadOnlyList<IndexedAttestation> FindByByproduct(string digest, int limit) => Find(digest, Role.Byproduct, limit);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (turn)
        {
            if (IsCurrent)
            {
                // With the keys and roots that were taken up meanwhile.
                Execute(connection, $"PRAGMA application_id = {trusted.Mark}; PRAGMA user_version = {SchemaVersion}");
            }

            connection.Dispose();
        }
    }

    private static SqliteConnection Connect(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        Execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON");
        return connection;
    }

    private long Update(long id, IndexedAttestation attestation)
    {
        Execute(
            connection,
            "UPDATE attestation SET verified_by = $verified, subject = $subject, issuer = $issuer WHERE id = $id",
            ("$verified", attestation.VerifiedBy),
            ("$subject", attestation.SignedBy?.Subject),
            ("$issuer", attestation.SignedBy?.Issuer),
            ("$id", id));
        return id;
    }

    private long Insert(IndexedAttestation attestation)
    {
        Execute(
            connection,
            "INSERT INTO attestation (bundle, predicate_type, verified_by, subject, issuer, invocation, run, outcome, builder, build_type, started, finished) VALUES ($bundle, $predicate, $verified, $subject, $issuer, $invocation, $run, $outcome, $builder, $type, $started, $finished)",
            ("$bundle", attestation.Bundle),
            ("$predicate", attestation.PredicateType),
            ("$verified", attestation.VerifiedBy),
            ("$subject", attestation.SignedBy?.Subject),
            ("$issuer", attestation.SignedBy?.Issuer),
            ("$invocation", attestation.Run?.InvocationId),
            ("$run", attestation.Run?.Name),
            ("$outcome", attestation.Run?.Outcome),
            ("$builder", attestation.Run?.Builder),
            ("$type", attestation.Run?.BuildType),
            ("$started", attestation.Run?.StartedOn),
            ("$finished", attestation.Run?.FinishedOn));
        long id = (long)Scalar(connection, "SELECT last_insert_rowid()")!;
        Insert(id, Role.Subject, attestation.Subjects);
        Insert(id, Role.Dependency, attestation.Dependencies);
        Insert(id, Role.Byproduct, attestation.Byproducts);
        return id;
    }

    private void Insert(long id, Role role, IReadOnlyList<IndexedArtifact> artifacts)
    {
        for (int i = 0; i < artifacts.Count; i++)
        {
            Execute(
                connection,
                "INSERT INTO artifact VALUES ($id, $role, $position, $name, $uri, $digest)",
                ("$id", id),
                ("$role", (int)role),
                ("$position", i),
                ("$name", artifacts[i].Name),
                ("$uri", artifacts[i].Uri),
                ("$digest", artifacts[i].Digest));
        }
    }

    private List<IndexedAttestation> Find(string digest, Role role, int limit)
    {
        lock (turn)
        {
            var own = trusted.Identity;
            var ids = Query(
                """
                SELECT id FROM attestation WHERE id IN (SELECT attestation FROM artifact WHERE digest = $digest AND role = $role)
                ORDER BY verified_by IS NULL AND NOT (subject IS NOT NULL AND subject IS $subject AND issuer IS $issuer), id LIMIT $limit
                """,
                static row => row.GetInt64(0),
                ("$digest", digest),
                ("$role", (int)role),
                ("$subject", own?.Subject),
                ("$issuer", own?.Issuer),
                ("$limit", limit));
            return [.. ids.Select(id => Load(id, own))];
        }
    }

    private IndexedAttestation Load(long id, CertificateIdentity? own) => Query(
        "SELECT bundle, predicate_type, verified_by, invocation, run, outcome, builder, build_type, started, finished, subject, issuer FROM attestation WHERE id = $id",
        row => new IndexedAttestation
        {
            Bundle = row.GetString(0),
            PredicateType = row.GetString(1),
            VerifiedBy = Text(row, 2),
            SignedBy = SignedBy(row),
            IsVerified = Text(row, 2) is not null || (own is not null && SignedBy(row) == own),
            Run = Text(row, 3) is not { } invocation ? null : new IndexedRun
            {
                InvocationId = invocation,
                Name = Text(row, 4) ?? invocation,
                Outcome = Text(row, 5),
                Builder = Text(row, 6) ?? "",
                BuildType = Text(row, 7) ?? "",
                StartedOn = Text(row, 8),
                FinishedOn = Text(row, 9),
            },
            References = Query("SELECT reference FROM location WHERE attestation = $id ORDER BY reference", static r => r.GetString(0), ("$id", id)),
            Subjects = Artifacts(id, Role.Subject),
            Dependencies = Artifacts(id, Role.Dependency),
            Byproducts = Artifacts(id, Role.Byproduct),
        },
        ("$id", id))[0];

    private List<IndexedArtifact> Artifacts(long id, Role role) => Query(
        "SELECT name, uri, digest FROM artifact WHERE attestation = $id AND role = $role ORDER BY position",
        static row => new IndexedArtifact(Text(row, 0), Text(row, 1), Text(row, 2)),
        ("$id", id),
        ("$role", (int)role));

    private List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Command(connection, sql, parameters);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private static CertificateIdentity? SignedBy(SqliteDataReader row) => Text(row, 10) is { } subject ? new CertificateIdentity(subject, Text(row, 11)) : null;

    private static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static object? Scalar(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Command(connection, sql, parameters);
        return command.ExecuteScalar();
    }

    private static void Execute(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Command(connection, sql, parameters);
        command.ExecuteNonQuery();
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }
}
