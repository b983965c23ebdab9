using System.Text.Json;
using Provenance.Watcher.Documents;
using static Provenance.Watcher.Runs.JsonPlaces;

namespace Provenance.Watcher.Runs;

/// <summary>
/// What must be known of a Kubernetes object before it is worth building: read in one pass over its JSON, without allocating. The spans
/// are JSON string contents as they stand in the bytes, escapes included; an object of the API server has none in these places.
/// </summary>
public ref struct ObjectHead
{
    private const int MaximumDepth = 64;

    private readonly ReadOnlySpan<byte> json;
    private JsonCursor cursor;
    private bool isComplete;
    private Range name;
    private Range nameSpace;
    private Range uid;
    private Range finishedAt;
    private Range phase;
    private Range labels;
    private Range owners;
    private Range finalizers;
    private Range conditions;

    private ObjectHead(ReadOnlySpan<byte> json)
    {
        this.json = json;
        cursor = new JsonCursor(json, MaximumDepth);
    }

    /// <summary><c>metadata.name</c>.</summary>
    public readonly ReadOnlySpan<byte> Name => json[name];

    /// <summary><c>metadata.namespace</c>.</summary>
    public readonly ReadOnlySpan<byte> Namespace => json[nameSpace];

    /// <summary><c>metadata.uid</c>.</summary>
    public readonly ReadOnlySpan<byte> Uid => json[uid];

    /// <summary>Whether the object says of which kind it is.</summary>
    public bool HasKind { get; private set; }

    /// <summary>Whether <c>metadata.deletionTimestamp</c> is set.</summary>
    public bool IsDeleting { get; private set; }

    /// <summary>Whether <c>metadata.finalizers</c> holds anything.</summary>
    public readonly bool HasFinalizers => finalizers.End.Value - finalizers.Start.Value > 2;

    /// <summary><c>status.finishedAt</c>, or <c>status.completionTime</c> where that is set.</summary>
    public readonly ReadOnlySpan<byte> FinishedAt => json[finishedAt];

    /// <summary><c>status.phase</c>.</summary>
    public readonly ReadOnlySpan<byte> Phase => json[phase];

    /// <summary>Where <c>metadata.managedFields</c> stands in the JSON, from its name to the end of its value; empty where it does not.</summary>
    public Range ManagedFields { get; private set; }

    /// <summary>Reads the head of an object.</summary>
    /// <exception cref="JsonException">The bytes are no JSON object.</exception>
    public static ObjectHead Read(ReadOnlySpan<byte> json)
    {
        var head = Begin(json);
        head.Complete();
        return head;
    }

    /// <summary>Reads the head of an object to the end of its metadata; <see cref="Complete"/> goes on from there.</summary>
    /// <exception cref="JsonException">The bytes up to there are no JSON object.</exception>
    public static ObjectHead Begin(ReadOnlySpan<byte> json)
    {
        var head = new ObjectHead(json);
        if (!head.cursor.TryEnterObject())
        {
            throw new JsonException("An object of the API server is a JSON object.");
        }

        head.ReadMembers(untilMetadata: true);
        return head;
    }

    /// <summary>Reads what <see cref="Begin"/> left.</summary>
    /// <exception cref="JsonException">The bytes are no JSON object.</exception>
    public void Complete()
    {
        if (!isComplete)
        {
            ReadMembers(untilMetadata: false);
        }
    }

    /// <summary>The status of the condition of a type.</summary>
    public readonly ConditionStatus Condition(ReadOnlySpan<byte> type)
    {
        if (!Exists(conditions))
        {
            return ConditionStatus.Absent;
        }

        var reader = new Utf8JsonReader(json[conditions]);
        reader.Read();
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            if (reader.TokenType is JsonTokenType.StartObject && ReadCondition(ref reader, type) is { } status)
            {
                return status;
            }
        }

        return ConditionStatus.Absent;
    }

    /// <summary>The value of a label; empty where there is none.</summary>
    public readonly ReadOnlySpan<byte> Label(ReadOnlySpan<byte> key)
    {
        if (!Exists(labels))
        {
            return default;
        }

        var reader = new Utf8JsonReader(json[labels]);
        reader.Read();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            bool found = reader.ValueTextEquals(key);
            reader.Read();
            if (found)
            {
                return reader.TokenType is JsonTokenType.String ? reader.ValueSpan : default;
            }

            reader.Skip();
        }

        return default;
    }

    /// <summary>The UID of the n-th owner, counted from 0; empty where there are not so many.</summary>
    public readonly ReadOnlySpan<byte> OwnerUid(int index)
    {
        if (!Exists(owners))
        {
            return default;
        }

        var reader = new Utf8JsonReader(json[owners]);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.PropertyName && reader.CurrentDepth is 2)
            {
                bool found = reader.ValueTextEquals("uid"u8);
                reader.Read();
                if (found && reader.TokenType is JsonTokenType.String && index-- is 0)
                {
                    return reader.ValueSpan;
                }

                reader.Skip();
            }
        }

        return default;
    }

    /// <summary>Whether a finalizer is set.</summary>
    public readonly bool HasFinalizer(ReadOnlySpan<byte> name)
    {
        if (!Exists(finalizers))
        {
            return false;
        }

        var reader = new Utf8JsonReader(json[finalizers]);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String && reader.ValueTextEquals(name))
            {
                return true;
            }
        }

        return false;
    }

    private void ReadMembers(bool untilMetadata)
    {
        while (cursor.NextMember())
        {
            if (cursor.NameIs("metadata"u8) && cursor.TryEnterObject())
            {
                ReadMetadata();
                if (untilMetadata)
                {
                    return;
                }
            }
            else if (cursor.NameIs("status"u8) && cursor.TryEnterObject())
            {
                ReadStatus();
            }
            else
            {
                HasKind |= cursor.NameIs("kind"u8);
                cursor.Pass();
            }
        }

        isComplete = true;
    }

    private void ReadMetadata()
    {
        while (cursor.NextMember())
        {
            if (cursor.NameIs("name"u8))
            {
                name = cursor.PassText();
            }
            else if (cursor.NameIs("namespace"u8))
            {
                nameSpace = cursor.PassText();
            }
            else if (cursor.NameIs("uid"u8))
            {
                uid = cursor.PassText();
            }
            else if (cursor.NameIs("deletionTimestamp"u8))
            {
                IsDeleting = Exists(cursor.PassText());
            }
            else if (cursor.NameIs("labels"u8))
            {
                labels = Raw((byte)'{');
            }
            else if (cursor.NameIs("ownerReferences"u8))
            {
                owners = Raw((byte)'[');
            }
            else if (cursor.NameIs("finalizers"u8))
            {
                finalizers = Raw((byte)'[');
            }
            else if (cursor.NameIs("managedFields"u8))
            {
                ManagedFields = cursor.NameStart..cursor.Pass().End.Value;
            }
            else
            {
                cursor.Pass();
            }
        }
    }

    private void ReadStatus()
    {
        while (cursor.NextMember())
        {
            if (cursor.NameIs("conditions"u8))
            {
                conditions = Raw((byte)'[');
            }
            else if (cursor.NameIs("completionTime"u8))
            {
                finishedAt = cursor.PassText();
            }
            else if (cursor.NameIs("finishedAt"u8))
            {
                finishedAt = cursor.PassText();
            }
            else if (cursor.NameIs("phase"u8))
            {
                phase = cursor.PassText();
            }
            else
            {
                cursor.Pass();
            }
        }
    }

    private Range Raw(byte first)
    {
        bool fits = cursor.Peek() == first;
        var place = cursor.Pass();
        return fits ? place : default;
    }
}
