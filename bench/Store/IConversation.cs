namespace Provenance.Bench.Store;

/// <summary>What is said on one connection: an endless row of requests, each sent when the answer to the last one is there.</summary>
internal interface IConversation
{
    /// <summary>The first request.</summary>
    ReadOnlyMemory<byte> First();

    /// <summary>Takes an answer and gives the request that follows.</summary>
    /// <param name="answer">The answer's head.</param>
    /// <param name="finished">Whether what is counted is finished with this answer.</param>
    ReadOnlyMemory<byte> Next(in Answer answer, out bool finished);

    /// <summary>Whether answers have bodies: those to HEAD have none.</summary>
    bool HasBodies { get; }
}
