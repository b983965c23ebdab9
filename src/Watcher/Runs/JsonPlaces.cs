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

    public static bool Exists(Range range) => range.End.Value > range.Start.Value;
}
