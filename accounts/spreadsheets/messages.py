"""What a clerk reads when a file is refused: what is wrong, and what to do. The only module with Django."""

from collections.abc import Mapping

from django.utils.translation import gettext, gettext_noop

from accounts.spreadsheets.refusals import Reason

_SENTENCES: Mapping[Reason, str] = {
    Reason.EMPTY: gettext_noop("The file is empty. Choose the file again, or ask whoever sent it for a new copy."),
    Reason.NO_DATA: gettext_noop(
        "The file has no visible sheet with data. Put the table on a visible sheet and save it again."
    ),
    Reason.OLD_EXCEL: gettext_noop(
        "This is an Excel 97–2003 file (.xls). Open it in Excel or WPS, save it as “Excel workbook (.xlsx)” "
        "and choose the new file. Changing the file's ending is not enough."
    ),
    Reason.PASSWORD: gettext_noop(
        "The file is protected by a password. Open it, remove the password, save it as .xlsx and choose it again."
    ),
    Reason.OPEN_DOCUMENT: gettext_noop(
        "This is an OpenDocument file (.ods). Open it, save it as “Excel workbook (.xlsx)” and choose the new file."
    ),
    Reason.BINARY_WORKBOOK: gettext_noop(
        "This is a binary workbook (.xlsb). Open it, save it as “Excel workbook (.xlsx)” and choose the new file."
    ),
    Reason.MACROS: gettext_noop(
        "The workbook contains macros, which are not accepted. Open it, save it as “Excel workbook (.xlsx)” "
        "without macros and choose the new file."
    ),
    Reason.OTHER_ARCHIVE: gettext_noop(
        "This is an archive or an Office file, but not an Excel workbook. Unpack it, and choose the .xlsx or "
        ".csv file inside."
    ),
    Reason.WEB_PAGE: gettext_noop(
        "This is a web page or XML file with the name of a table. Open it in Excel or WPS, save it as "
        "“Excel workbook (.xlsx)” and choose the new file."
    ),
    Reason.OTHER_KIND: gettext_noop(
        "This is neither an Excel workbook (.xlsx) nor a CSV text file. Check that you chose the right file."
    ),
    Reason.UTF_16: gettext_noop(
        "The text file is saved as “Unicode text” (UTF-16). Save it as “CSV UTF-8” and choose the new file."
    ),
    Reason.DAMAGED: gettext_noop(
        "The file is damaged or incomplete. Open it in Excel or WPS, save it again, or ask for a new copy."
    ),
    Reason.FOREIGN_XML: gettext_noop(
        "The workbook contains definitions that no table program writes, so it was not opened. Copy the "
        "table into a new workbook and save that as .xlsx."
    ),
    Reason.UNDECODABLE: gettext_noop(
        "The text in row %(row)s cannot be decoded: it is neither UTF-8 nor GB18030. Open the file in Excel "
        "or WPS, save it as “CSV UTF-8” or .xlsx and choose the new file."
    ),
    Reason.QUOTES: gettext_noop(
        "The quotation marks in row %(row)s are not paired, so the columns cannot be told apart. Correct "
        "that row, or save the table as .xlsx."
    ),
    Reason.FAILED: gettext_noop(
        "The file could not be read. Copy the table into a new workbook, save it as .xlsx and choose that."
    ),
    Reason.TOO_MANY_BYTES: gettext_noop(
        "The file is larger than %(limit)s MB. Remove pictures and unneeded sheets, or split the table into "
        "several files."
    ),
    Reason.TOO_MANY_ENTRIES: gettext_noop(
        "The workbook consists of more than %(limit)s parts. Copy the table into a new workbook and save that."
    ),
    Reason.UNPACKS_TOO_LARGE: gettext_noop(
        "The workbook unpacks to far more than its table can need, often because of formatted empty rows. "
        "Copy only the filled rows into a new workbook, or split the table into several files."
    ),
    Reason.TOO_MANY_COLUMNS: gettext_noop(
        "The table has more than %(limit)s columns, up to cell %(cell)s. Delete the columns to the right "
        "of the table."
    ),
    Reason.TOO_MANY_ROWS: gettext_noop(
        "The table has more than %(limit)s rows. Split it into several files of fewer rows."
    ),
    Reason.STRAY_CELL: gettext_noop(
        "The table reaches as far as cell %(cell)s, too large to be read at once. If that cell was filled by "
        "mistake, delete it; if not, split the table into several files."
    ),
    Reason.CELL_TOO_LONG: gettext_noop(
        "A cell in row %(row)s has more than %(limit)s characters. Shorten it; in a CSV file also look for a "
        "quotation mark that is not closed."
    ),
    Reason.TOO_MUCH_MEMORY: gettext_noop(
        "Reading the file needs too much memory. Copy only the filled rows into a new workbook, or split the "
        "table into several files."
    ),
    Reason.TOO_SLOW: gettext_noop(
        "Reading the file takes too long. Copy only the filled rows into a new workbook, or split the table "
        "into several files."
    ),
}


def sentence(reason: Reason, details: Mapping[str, int | str]) -> str:
    """The sentence for a refusal in the active language; `details` are those of `FileRefused`."""
    return gettext(_SENTENCES[reason]) % details
