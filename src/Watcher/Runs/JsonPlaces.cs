using System.Text.Json;

namespace Provenance.Watcher.Runs;

/// <summary>Finds where values stand in JSON.</summary>
internal static class JsonPlaces
{
    public static ConditionStatus? ReadCondition(ref Utf8JsonReader reader, ReadOnlySpan<byte> type)
    {
        bool isType = false;
        var status = ConditionStatus.Unknown;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            bool namesType = reader.ValueTextEquals("type"u8);
            bool namesStatus = reader.ValueTextEquals("status"u8);
            reader.Read();
            if (reader.TokenType is JsonTokenType.String)
            {
                isType |= namesType && reader.ValueTextEquals(type);
                status = !namesStatus ? status
                    : reader.ValueTextEquals("True"u8) ? ConditionStatus.True
                    : reader.ValueTextEquals("False"u8) ? ConditionStatus.False
                    : ConditionStatus.Unknown;
            }
            else
            {
                reader.Skip();
            }
        }

        return isType ? status : null;
    }

    public static void Pass(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    public static bool Exists(Range range) => range.End.Value > range.Start.Value;

    public static Range Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType is JsonTokenType.String)
        {
            int start = (int)reader.TokenStartIndex + 1;
            return start..(start + reader.ValueSpan.Length);
        }

        reader.Skip();
        return default;
    }

    public static Range Raw(ref Utf8JsonReader reader, JsonTokenType expected)
    {
        reader.Read();
        bool fits = reader.TokenType == expected;
        int start = (int)reader.TokenStartIndex;
        reader.Skip();
        return fits ? start..(int)reader.BytesConsumed : default;
    }
}
