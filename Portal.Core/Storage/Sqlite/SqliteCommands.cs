using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace Portal.Core.Storage.Sqlite;

/// <summary>Short words for one command. Values are parameters $1, $2…, never part of the text.</summary>
internal static class SqliteCommands
{
    public static void Run(this SqliteConnection connection, string sql, params object[] values)
    {
        using var command = connection.Command(sql, values);
        command.ExecuteNonQuery();
    }

    public static object? Scalar(this SqliteConnection connection, string sql, params object[] values)
    {
        using var command = connection.Command(sql, values);
        return command.ExecuteScalar();
    }

    public static List<T> Rows<T>(this SqliteConnection connection, Func<SqliteDataReader, T> read, string sql, params object[] values)
    {
        using var command = connection.Command(sql, values);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    [SuppressMessage("Security", "CA2100:Review SQL queries for security vulnerabilities", Justification = "Texts are constants of this folder.")]
    private static SqliteCommand Command(this SqliteConnection connection, string sql, object[] values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var n = 0; n < values.Length; n++)
        {
            command.Parameters.AddWithValue($"${n + 1}", values[n]);
        }

        return command;
    }
}
