using System.Text.Json;
using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Statements;

/// <summary>
/// Reads statements strictly (in-toto attestation spec v1, statement.md): known types only, no unknown top-level field, 1 to 1,024
/// subjects with a digest each. Digests of unknown algorithms are ignored, malformed ones of known algorithms refused.
/// </summary>
public static class StatementReader
{
    private const string What = "statement";
    private const int MaximumDigests = 32;

    /// <summary>Reads a payload.</summary>
    /// <exception cref="EvidenceException"><c>JSON_INVALID</c>, <c>JSON_DUPLICATE</c>, <c>LIMIT</c> or <c>STATEMENT_INVALID</c>.</exception>
    public static Statement Read(ReadOnlyMemory<byte> utf8)
    {
        using var document = StrictJson.ParseObject(utf8, What);
        var root = document.RootElement;
        StrictJson.RefuseUnknown(root, What, ["_type", "subject", "predicateType", "predicate"]);
        string type = StrictJson.GetText(root, "_type", What);
        if (type is not (Statement.Type or Statement.TypeV01))
        {
            throw new EvidenceException("STATEMENT_INVALID", $"The statement's _type is \"{StrictJson.Excerpt(type)}\", not {Statement.Type} or {Statement.TypeV01}.");
        }

        var subjects = StrictJson.Get(root, "subject", JsonValueKind.Array, What);
        int count = subjects.GetArrayLength();
        if (count is 0 or > Statement.MaximumSubjects)
        {
            throw count is 0
                ? new EvidenceException("STATEMENT_INVALID", "The statement has no subject.")
                : new EvidenceException("LIMIT", $"The statement has {count} subjects; at most {Statement.MaximumSubjects} are read.");
        }

        var read = new List<ResourceDescriptor>(count);
        foreach (var subject in subjects.EnumerateArray())
        {
            read.Add(ReadSubject(subject));
        }

        return new Statement
        {
            Subjects = read,
            PredicateType = StrictJson.GetText(root, "predicateType", What),
            Predicate = StrictJson.Get(root, "predicate", JsonValueKind.Object, What).Clone(),
        };
    }

    private static ResourceDescriptor ReadSubject(JsonElement subject)
    {
        const string Where = "subject of the statement";
        if (subject.ValueKind is not JsonValueKind.Object)
        {
            throw new EvidenceException("JSON_INVALID", $"A {Where} is no JSON object.");
        }

        return new ResourceDescriptor
        {
            Name = StrictJson.Find(subject, "name", JsonValueKind.String, Where)?.GetString(),
            Uri = StrictJson.Find(subject, "uri", JsonValueKind.String, Where)?.GetString(),
            Digest = ReadDigests(StrictJson.Get(subject, "digest", JsonValueKind.Object, Where)),
        };
    }

    private static DigestSet? ReadDigests(JsonElement values)
    {
        if (values.GetPropertyCount() > MaximumDigests)
        {
            throw new EvidenceException("LIMIT", $"A subject of the statement has {values.GetPropertyCount()} digests; at most {MaximumDigests} are read.");
        }

        var known = new List<KeyValuePair<string, string>>();
        foreach (var member in values.EnumerateObject())
        {
            if (member.Value.ValueKind is not JsonValueKind.String)
            {
                throw new EvidenceException("JSON_INVALID", "A digest of a subject of the statement is no JSON string.");
            }

            if (member.Name is "sha256" or "sha384" or "sha512" or "sha1" or "gitCommit")
            {
                known.Add(new(member.Name, member.Value.GetString()!));
            }
        }

        if (known.Count is 0)
        {
            return null;
        }

        return DigestSet.TryCreate(known, out var set, out string? problem)
            ? set
            : throw new EvidenceException("STATEMENT_INVALID", $"A subject of the statement cannot be used: {StrictJson.Excerpt(problem)}.");
    }
}
