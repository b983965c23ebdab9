using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Provenance.Bench.Store;

/// <summary>
/// Many connections with one request each on the way, driven by one thread and poll(2), so that the load costs little of the machine that
/// it shares with the server.
/// </summary>
internal sealed partial class PollLoop : IDisposable
{
    private const short PollIn = 1;

    private readonly Connection[] connections;
    private readonly PollEntry[] entries;

    /// <summary>Connects.</summary>
    public PollLoop(IPEndPoint server, int count, Func<int, IConversation> converse)
    {
        connections = [.. Enumerable.Range(0, count).Select(i => new Connection(server, converse(i)))];
        entries = [.. connections.Select(static c => new PollEntry { Descriptor = c.Descriptor, Events = PollIn })];
    }

    /// <summary>Keeps all connections busy for a time; returns what was finished in it.</summary>
    public (long Finished, TimeSpan Time) Run(TimeSpan time)
    {
        long finished = 0;
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) is { } elapsed)
        {
            if (elapsed >= time)
            {
                return (finished, elapsed);
            }

            if (Poll(entries, (nuint)entries.Length, timeout: 1000) < 0 && Marshal.GetLastPInvokeError() != 4)
            {
                throw new InvalidOperationException($"poll failed with error {Marshal.GetLastPInvokeError()}.");
            }

            for (int i = 0; i < entries.Length; i++)
            {
                if (entries[i].Happened != 0)
                {
                    finished += connections[i].Receive() ? 1 : 0;
                }
            }
        }

        return default;
    }

    public void Dispose()
    {
        foreach (var connection in connections)
        {
            connection.Dispose();
        }
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll([In, Out] PollEntry[] entries, nuint count, int timeout);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Happened;
    }

    private sealed class Connection : IDisposable
    {
        private readonly byte[] buffer = new byte[64 * 1024];
        private readonly Socket socket;
        private readonly IConversation conversation;
        private int received;
        private long rest;
        private ReadOnlyMemory<byte> following;
        private bool finishes;

        public Connection(IPEndPoint server, IConversation conversation)
        {
            this.conversation = conversation;
            socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Connect(server);
            Send(conversation.First());
        }

        public int Descriptor => (int)socket.Handle;

        /// <summary>Takes what has arrived; true when something counted was finished by it.</summary>
        public bool Receive()
        {
            int read = socket.Receive(buffer, received, buffer.Length - received, SocketFlags.None);
            if (read == 0)
            {
                throw new InvalidOperationException("The server closed a connection.");
            }

            if (rest > 0)
            {
                rest -= read;
            }
            else
            {
                received += read;
                if (!Answer.TryRead(buffer.AsSpan(0, received), out var answer))
                {
                    return false;
                }

                following = conversation.Next(answer, out finishes);
                rest = answer.HeadLength + (conversation.HasBodies ? answer.ContentLength : 0) - received;
                received = 0;
            }

            if (rest > 0)
            {
                return false;
            }

            Send(following);
            return finishes;
        }

        public void Dispose() => socket.Dispose();

        private void Send(ReadOnlyMemory<byte> request)
        {
            for (var left = request.Span; left.Length > 0;)
            {
                left = left[socket.Send(left)..];
            }
        }
    }
}
